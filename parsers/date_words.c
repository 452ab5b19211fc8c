/**
 * The words dates are written with.
 *
 * The table is grouped by meaning, so that a language is added by writing its words into the rows;
 * words are in folded form (lower case, Latin and Greek letters without accents, ß as ss, æ as ae),
 * separated by spaces, '_' standing for a space inside one. A word may stand in several rows: all
 * its meanings are handed out and the reader takes the one that fits its place ("mar" is March and
 * a Tuesday, "ago" is August and the word behind "3 hours").
 *
 * Concurrency: the index is built once (pthread_once) and never changes.
 */
#include "parsers/date_words.h"

#include <pthread.h>

#include "base/utf8.h"

static const struct word_row {
	enum wd_dword kind;
	int val;
	enum wd_dlang lang;
	const char *words;
} rows[] = {
	/* ---- months ---- */
	{WD_DW_MONTH, 1, 0,
		"january jan januar januari janvier janv janner enero ene gennaio gen janeiro styczen "
		"stycznia sty январь января янв януари јануар tammikuu tammikuuta tammi leden ledna led "
		"ιανουαριοσ ιανουαριου ιαν ocak oca ianuarie ian jaanuar sausio janvaris siecnja "
		"sijecanj sijecnja січня januara يناير มกราคม gener januaro јануари ינואר בינואר जनवरी"},
	{WD_DW_MONTH, 2, 0,
		"february feb februar februari fevrier fevr fev febrero febbraio fevereiro luty lutego lut "
		"февраль февраля фев февр февруари фебруар helmikuu helmikuuta helmi unor unora uno febr "
		"φεβρουαριοσ φεβρουαριου φεβ subat sub februarie veljaca veljace лютого veebruar vasario "
		"februaris februara فبراير شباط กุมภาพันธ์ febrer פברואר בפברואר फरवरी फ़रवरी"},
	{WD_DW_MONTH, 3, 0,
		"march mar marz maerz mrz maart maret mrt mars marzo marco marec marzec marca март марта мар "
		"maaliskuu maaliskuuta maalis brezen brezna bre marts marcius marc μαρτιοσ μαρτιου μαρ "
		"mart martie ozujak ozujka березня kovo مارس آذار มีนาคม מרץ במרץ मार्च"},
	{WD_DW_MONTH, 4, 0,
		"april apr avril avr abril abr aprile kwiecien kwietnia kwi апрель апреля апр април "
		"huhtikuu huhtikuuta huhti duben dubna dub aprilis απριλιοσ απριλιου απρ nisan nis "
		"aprilie travanj travnja квітня aprill balandzio aprila أبريل ابريل نيسان เมษายน אפריל באפריל अप्रैल"},
	{WD_DW_MONTH, 5, 0,
		"may mai mei mayo maggio mag maio maj maja май мая toukokuu toukokuuta touko kveten kvetna "
		"kve majus μαιοσ μαιου μαι μαω mayis svibanj svibnja травня geguzes maijs maiu مايو "
		"أيار ايار พฤษภาคม maig мај מאי במאי मई"},
	{WD_DW_MONTH, 6, 0,
		"june jun juni juin junio giugno giu junho czerwiec czerwca cze июнь июня июн юни јун "
		"kesakuu kesakuuta kesa cerven cervna cvn junius ιουνιοσ ιουνιου ιουν ιον haziran haz "
		"iunie lipanj lipnja червня juuni birzelio junijs juna يونيو حزيران มิถุนายน juny junij јун јуни יוני ביוני जून"},
	{WD_DW_MONTH, 7, 0,
		"july jul juli juillet juil julio luglio lug julho lipiec lipca lip июль июля июл юли јул "
		"heinakuu heinakuuta heina srpanj srpnja cervenec cervence cvc julius ιουλιοσ ιουλιου ιουλ ιολ temmuz "
		"tem iulie липня juuli liepos julijs jula يوليو تموز กรกฎาคม juliol julij julai јул јули יולי ביולי जुलाई"},
	{WD_DW_MONTH, 8, 0,
		"august aug aout agosto ago augustus agustus agt sierpien sierpnia sie август августа авг elokuu "
		"elokuuta elo srpen srpna srp augusztus augusti αυγουστοσ αυγουστου αυγ agustos agu "
		"kolovoz kolovoza серпня rugpjucio augusts avgust avg أغسطس اغسطس آب สิงหาคม agost ogos אוגוסט באוגוסט अगस्त"},
	{WD_DW_MONTH, 9, 0,
		"september sep sept septembre septiembre setiembre settembre set setembro wrzesien "
		"wrzesnia wrz сентябрь сентября сен сент септември септембар syyskuu syyskuuta syys zari "
		"zar szeptember szept σεπτεμβριοσ σεπτεμβριου σεπ σεπτ eylul eyl septembrie rujan rujna "
		"вересня rugsejo septembris septembra سبتمبر أيلول กันยายน setembre septembar ספטמבר בספטמבר सितंबर सितम्बर"},
	{WD_DW_MONTH, 10, 0,
		"october oct oktober okt octobre octubre ottobre ott outubro out pazdziernik pazdziernika "
		"paz октябрь октября окт октомври октобар lokakuu lokakuuta loka rijen rijna rij "
		"οκτωβριοσ οκτωβριου οκτ ekim eki octombrie жовтня oktoober spalio oktobris oktobra "
		"أكتوبر اكتوبر ตุลาคม oktobar אוקטובר באוקטובר अक्टूबर अक्तूबर"},
	{WD_DW_MONTH, 11, 0,
		"november nov novembre noviembre novembro listopad listopada lis ноябрь ноября ноя нояб "
		"ноември новембар marraskuu marraskuuta marras νοεμβριοσ νοεμβριου νοε νοεμ kasim kas "
		"noiembrie noi studeni studenoga листопада lapkricio novembris novembra نوفمبر พฤศจิกายน novembar נובמבר בנובמבר नवंबर नवम्बर"},
	{WD_DW_MONTH, 12, 0,
		"december dec dezember dez decembre diciembre dic dicembre dezembro grudzien grudnia gru "
		"декабрь декабря дек декември децембар joulukuu joulukuuta joulu prosinec prosince pro "
		"desember des δεκεμβριοσ δεκεμβριου δεκ aralik ara decembrie prosinac prosinca грудня "
		"detsember gruodzio decembris decembra ديسمبر ธันวาคม desembre decembar disember דצמבר בדצמבר दिसंबर दिसम्बर"},
	{WD_DW_MONTH_HR, 7, 0, "srpanj srpnja srp"},
	{WD_DW_MONTH_HR, 6, 0, "lipanj lipnja lip"},
	{WD_DW_MONTH_HR, 10, 0, "listopad listopada lis"},
	/* ---- days of the week ---- */
	{WD_DW_WEEKDAY, 0, 0,
		"sunday sun su sonntag so son dimanche dim domingo dom domenica zondag zo niedziela "
		"niedziele niedz ndz nd воскресенье воскресенья вс вск sondag son sunnuntai sunnuntaina "
		"nedele ne vasarnap vas κυριακη κυρ pazar pzt duminica sunn sunnudagur неділя недела неделя minggu"},
	{WD_DW_WEEKDAY, 1, 0,
		"monday mon mo montag lundi lun lunes lunedi segunda-feira segunda seg maandag ma "
		"poniedzialek pon pn понедельник понедельника пн пнд mandag man maanantai maanantaina "
		"pondeli po hetfo het δευτερα δευ δευτ pazartesi luni понеделник понеділок senin"},
	{WD_DW_WEEKDAY, 2, 0,
		"tuesday tue tues tu dienstag di die mardi mar martes martedi terca-feira terca ter dinsdag "
		"wtorek wt вторник вторника вт втр tirsdag tisdag tir tis tiistai tiistaina ti utery ut kedd "
		"τριτη τρι sali sal marti вівторок selasa"},
	{WD_DW_WEEKDAY, 3, 0,
		"wednesday wed weds mittwoch mi mit mercredi mer miercoles mie mercoledi quarta-feira quarta "
		"qua woensdag wo wednes sroda srode sr среда среды ср срд onsdag ons keskiviikko "
		"keskiviikkona ke streda st szerda sze τεταρτη τετ carsamba car miercuri сряда середа rabu"},
	{WD_DW_WEEKDAY, 4, 0,
		"thursday thu thur thurs th donnerstag don jeudi jeu jueves jue giovedi gio quinta-feira "
		"quinta qui donderdag do czwartek czw czwartku четверг четверга чт чтв torsdag tor tors "
		"torstai torstaina to ctvrtek ct csutortok csu πεμπτη πεμ πεμπ persembe per joi четвъртък "
		"четвер kamis"},
	{WD_DW_WEEKDAY, 5, 0,
		"friday fri fr freitag fre vendredi ven viernes vie venerdi sexta-feira sexta sex vrijdag "
		"vr piatek pt piatku пятница пятницы пт птн fredag perjantai perjantaina pe patek pa "
		"pentek pen παρασκευη παρ cuma cum vineri петък пятниця п'ятниця jumat"},
	{WD_DW_WEEKDAY, 6, 0,
		"saturday sat sa samstag sam sonnabend samedi sabado sab sabato zaterdag za sobota sob sobote "
		"суббота субботы сб сбт lordag lor lauantai lauantaina la szombat szo σαββατο "
		"σαβ cumartesi cmt sambata събота субота sabtu"},
	{WD_DW_WEEKDAY, 0, WD_DL_KO, "일요일"},
	{WD_DW_WEEKDAY, 1, WD_DL_KO, "월요일"},
	{WD_DW_WEEKDAY, 2, WD_DL_KO, "화요일 화"},
	{WD_DW_WEEKDAY, 3, WD_DL_KO, "수요일 수"},
	{WD_DW_WEEKDAY, 4, WD_DL_KO, "목요일 목"},
	{WD_DW_WEEKDAY, 5, WD_DL_KO, "금요일 금"},
	{WD_DW_WEEKDAY, 6, WD_DL_KO, "토요일 토"},
	{WD_DW_WEEKDAY, 0, WD_DL_KO, "일"},
	{WD_DW_WEEKDAY, 1, WD_DL_KO, "월"},
	{WD_DW_WEEKDAY, 0, WD_DL_JA, "日曜日 日曜"},
	{WD_DW_WEEKDAY, 1, WD_DL_JA, "月曜日 月曜"},
	{WD_DW_WEEKDAY, 2, WD_DL_JA, "火曜日 火曜"},
	{WD_DW_WEEKDAY, 3, WD_DL_JA, "水曜日 水曜"},
	{WD_DW_WEEKDAY, 4, WD_DL_JA, "木曜日 木曜"},
	{WD_DW_WEEKDAY, 5, WD_DL_JA, "金曜日 金曜"},
	{WD_DW_WEEKDAY, 6, WD_DL_JA, "土曜日 土曜"},
	{WD_DW_WEEKDAY, 0, WD_DL_ANY, "日"},
	{WD_DW_WEEKDAY, 1, WD_DL_ANY, "月"},
	{WD_DW_WEEKDAY, 2, WD_DL_JA, "火"},
	{WD_DW_WEEKDAY, 3, WD_DL_JA, "水"},
	{WD_DW_WEEKDAY, 4, WD_DL_JA, "木"},
	{WD_DW_WEEKDAY, 5, WD_DL_JA, "金"},
	{WD_DW_WEEKDAY, 6, WD_DL_JA, "土"},
	{WD_DW_WEEKDAY, 0, WD_DL_ZH, "星期日 星期天 周日 週日 礼拜天 禮拜天 礼拜日 禮拜日"},
	{WD_DW_WEEKDAY, 1, WD_DL_ZH, "星期一 周一 週一 礼拜一 禮拜一"},
	{WD_DW_WEEKDAY, 2, WD_DL_ZH, "星期二 周二 週二 礼拜二 禮拜二"},
	{WD_DW_WEEKDAY, 3, WD_DL_ZH, "星期三 周三 週三 礼拜三 禮拜三"},
	{WD_DW_WEEKDAY, 4, WD_DL_ZH, "星期四 周四 週四 礼拜四 禮拜四"},
	{WD_DW_WEEKDAY, 5, WD_DL_ZH, "星期五 周五 週五 礼拜五 禮拜五"},
	{WD_DW_WEEKDAY, 6, WD_DL_ZH, "星期六 周六 週六 礼拜六 禮拜六"},
	/* ---- halves of the day ---- */
	{WD_DW_AM, 0, 0, "am πμ vorm vormittags dop"},
	{WD_DW_AM, 0, 0, "утра matin rano ochtends morgens fm"},
	{WD_DW_PM, 0, 0, "pm μμ nachm nachmittags abends вечера дня em"},
	{WD_DW_AM, 0, WD_DL_KO, "오전 새벽 아침"},
	{WD_DW_PM, 0, WD_DL_KO, "오후 저녁 낮"},
	{WD_DW_NIGHT, 0, WD_DL_KO, "밤"},
	{WD_DW_AM, 0, WD_DL_ANY, "午前"},
	{WD_DW_AM, 0, WD_DL_JA, "朝 未明"},
	{WD_DW_PM, 0, WD_DL_JA, "午後 夕方"},
	{WD_DW_NIGHT, 0, WD_DL_JA, "夜 深夜"},
	{WD_DW_AM, 0, WD_DL_ZH, "上午 凌晨 早上 清晨 早晨"},
	{WD_DW_PM, 0, WD_DL_ZH, "下午 傍晚 午后"},
	{WD_DW_NIGHT, 0, WD_DL_ZH, "晚上 晚间 晚間 夜里 夜間"},
	{WD_DW_MIDDAY, 0, WD_DL_ZH, "中午"},
	{WD_DW_NOON, 12, 0, "noon midi mittags mediodia mezzogiorno"},
	{WD_DW_NOON, 0, 0, "midnight minuit mitternacht medianoche mezzanotte"},
	{WD_DW_NOON, 12, WD_DL_KO, "정오"},
	{WD_DW_NOON, 0, WD_DL_KO, "자정"},
	{WD_DW_NOON, 12, WD_DL_JA, "正午"},
	/* ---- marks behind numbers ---- */
	{WD_DW_YEAR_MARK, 0, WD_DL_KO, "년 년도"},
	{WD_DW_YEAR_MARK, 0, WD_DL_ANY, "年"},
	{WD_DW_YEAR_MARK, 0, WD_DL_JA, "年度"},
	{WD_DW_MONTH_MARK, 0, WD_DL_KO, "월"},
	{WD_DW_MONTH_MARK, 0, WD_DL_ANY, "月"},
	{WD_DW_DAY_MARK, 0, WD_DL_KO, "일"},
	{WD_DW_DAY_MARK, 0, WD_DL_ANY, "日"},
	{WD_DW_DAY_MARK, 0, WD_DL_ZH, "号 號"},
	{WD_DW_HOUR_MARK, 0, 0,
		"h hs hrs hr uhr ч час o'clock oclock ora uur klokka hod hodin heures heure"},
	{WD_DW_MIN_MARK, 0, 0, "min m мин"},
	{WD_DW_SEC_MARK, 0, 0, "s sec sek сек"},
	{WD_DW_HOUR_MARK, 0, WD_DL_KO, "시"},
	{WD_DW_MIN_MARK, 0, WD_DL_KO, "분"},
	{WD_DW_SEC_MARK, 0, WD_DL_KO, "초"},
	{WD_DW_HALF, 0, WD_DL_KO, "반"},
	{WD_DW_HOUR_MARK, 0, WD_DL_ANY, "時"},
	{WD_DW_HOUR_MARK, 0, WD_DL_ZH, "时 点 點"},
	{WD_DW_MIN_MARK, 0, WD_DL_ANY, "分"},
	{WD_DW_SEC_MARK, 0, WD_DL_ANY, "秒"},
	{WD_DW_HALF, 0, WD_DL_ANY, "半"},
	/* ---- eras: the year before the first ---- */
	{WD_DW_ERA, 2018, WD_DL_JA, "令和 r ㋿"},
	{WD_DW_ERA, 1988, WD_DL_JA, "平成 h ㍻"},
	{WD_DW_ERA, 1925, WD_DL_JA, "昭和 s ㍼"},
	{WD_DW_ERA, 1911, WD_DL_JA, "大正 ㍽"},
	{WD_DW_ERA, 1867, WD_DL_JA, "明治 ㍾"},
	{WD_DW_ERA, 1911, WD_DL_ZH, "民國 民国 中華民國 中华民国"},
	{WD_DW_ERA, -2333, WD_DL_KO, "단기"},
	{WD_DW_ERA, -543, WD_DL_ANY, "พุทธศักราช"},
	{WD_DW_ERA, 0, WD_DL_KO, "서기"},
	{WD_DW_ERA, 0, WD_DL_ANY, "西暦 公元 西元 ค"},
	{WD_DW_FIRST, 0, WD_DL_ANY, "元"},
	/* ---- zones: minutes east of UTC ---- */
	{WD_DW_ZONE, 0, 0, "z utc gmt ut uct wet zulu"},
	{WD_DW_ZONE, 60, 0, "cet mez met bst west wat"},
	{WD_DW_ZONE, 120, 0, "cest mest mesz eet sast cat"},
	{WD_DW_ZONE, 180, 0, "eest msk eat trt idt мск"},
	{WD_DW_ZONE, 210, 0, "irst"},
	{WD_DW_ZONE, 240, 0, "gst msd samt"},
	{WD_DW_ZONE, 300, 0, "pkt uzt yekt"},
	{WD_DW_ZONE, 330, 0, "ist"},
	{WD_DW_ZONE, 345, 0, "npt"},
	{WD_DW_ZONE, 390, 0, "mmt"},
	{WD_DW_ZONE, 420, 0, "ict wib"},
	{WD_DW_ZONE, 480, 0, "hkt sgt myt pht awst wita"},
	{WD_DW_ZONE, 540, 0, "kst jst wit"},
	{WD_DW_ZONE, 570, 0, "acst"},
	{WD_DW_ZONE, 600, 0, "aest chst vlat"},
	{WD_DW_ZONE, 630, 0, "acdt"},
	{WD_DW_ZONE, 660, 0, "aedt"},
	{WD_DW_ZONE, 720, 0, "nzst fjt"},
	{WD_DW_ZONE, 780, 0, "nzdt"},
	{WD_DW_ZONE, -150, 0, "ndt"},
	{WD_DW_ZONE, -180, 0, "brt art adt clst uyt"},
	{WD_DW_ZONE, -210, 0, "nst"},
	{WD_DW_ZONE, -240, 0, "edt ast clt vet bot"},
	{WD_DW_ZONE, -300, 0, "est cdt cot pet ect"},
	{WD_DW_ZONE, -360, 0, "cst mdt"},
	{WD_DW_ZONE, -420, 0, "mst pdt"},
	{WD_DW_ZONE, -480, 0, "pst akdt"},
	{WD_DW_ZONE, -540, 0, "akst"},
	{WD_DW_ZONE, -600, 0, "hst hast"},
	{WD_DW_ZONE, 540, WD_DL_KO, "한국시간 한국시각 한국표준시 우리시간"},
	{WD_DW_ZONE, 540, WD_DL_JA, "日本時間 日本標準時"},
	{WD_DW_ZONE, 480, WD_DL_ZH,
		"北京时间 北京時間 中国标准时间 台北时间 台北時間 台灣時間 香港时间 香港時間"},
	/* regions: their index in date_zone.c; by themselves only in capitals ("ET") */
	{WD_DW_ZREGION, 0, 0, "eastern et"},
	{WD_DW_ZREGION, 1, 0, "central ct"},
	{WD_DW_ZREGION, 2, 0, "mountain mt"},
	{WD_DW_ZREGION, 3, 0, "pacific pt"},
	{WD_DW_ZREGION, 4, 0, "korea korean seoul"},
	{WD_DW_ZREGION, 5, 0, "japan japanese tokyo"},
	{WD_DW_ZREGION, 6, 0, "china beijing chinese"},
	{WD_DW_ZREGION, 7, 0, "british london uk"},
	{WD_DW_ZREGION, 8, 0, "singapore"},
	{WD_DW_ZREGION, 9, 0, "india indian"},
	{WD_DW_ZREGION, 10, 0, "european europe"},
	{WD_DW_ZREGION, 11, 0, "greenwich universal coordinated"},
	{WD_DW_ZREGION, 12, 0, "moscow"},
	{WD_DW_ZREGION, 13, 0, "hong kong"},
	{WD_DW_ZREGION, 14, 0, "atlantic"},
	{WD_DW_ZREGION, 15, 0, "sydney australian"},
	{WD_DW_ZSEASON, 0, 0, "standard mean"},
	{WD_DW_ZSEASON, 1, 0, "daylight summer"},
	{WD_DW_TIME, 0, 0, "time"},
	/* ---- words that say nothing ---- */
	{WD_DW_NOISE, 0, 0,
		"at on of the de del dne den der le el am il d o w v for r roku год года г р a las la alle as los um "
		"kl klo ore pukul jam yang em via y and в απο στισ τησ dia kell i in u ngay"},
	{WD_DW_NOISE, 0, 0,
		"about approx around ungefahr etwa circa ca environ hace il y ha fa okolo"},
	{WD_DW_NOISE, 0, WD_DL_KO, "약 현재 기준"},
	{WD_DW_NOISE, 0, WD_DL_ANY, "約 约 大约 付 より 現在"},
	{WD_DW_TIMELEAD, 0, 0, "kl klo kello um ore alle godz o at om klokken klokka ob saat ωρα"},
	{WD_DW_LABEL, 0, 0,
		"published posted updated modified date created issued released publiziert veroffentlicht "
		"publie publicado pubblicato publicada gepubliceerd opublikowano опубликовано aktualisiert "
		"actualizado aggiornato mis jour pubdate edited last first stand"},
	{WD_DW_LABEL, 0, WD_DL_KO,
		"입력 기사입력 최초입력 수정 기사수정 최종수정 최종입력 등록 기사등록 승인 기사승인 송고 발행 "
		"발행일 게재 게시 게시일 전송 작성 작성일 업데이트 최종업데이트 등록일 입력일 수정일 보도 배포 "
		"배포일 일시 날짜 시간 시각 최종 온라인 지면"},
	{WD_DW_LABEL, 0, WD_DL_JA,
		"公開 公開日 公開日時 更新 更新日 更新日時 最終更新 最終更新日 配信 配信日 配信日時 掲載 掲載日 "
		"発表 発表日 投稿 投稿日 投稿日時 登録 登録日 作成 作成日 記事公開日 日時 発行日 日付"},
	{WD_DW_LABEL, 0, WD_DL_ZH,
		"发布 发布时间 发布于 发表 发表于 更新时间 发布日期 发表时间 时间 日期 發布 發佈 發布時間 "
		"發佈時間 發表 發表時間 更新時間 上架時間 刊登 最后更新 最後更新 更新于 更新於 發表於 编辑 於 于"},
	{WD_DW_ORD, 0, 0, "st nd rd th er eme e os as ten te ste го е"},
	{WD_DW_T, 0, 0, "t"},
	{WD_DW_WEEK, 0, 0, "w"},
	/* ---- relative ---- */
	{WD_DW_AGO, 0, 0,
		"ago earlier lalu y vor hace ha fa geleden siden sedan sitten назад тому temu pred once πριν "
		"ezelott atras acum"},
	{WD_DW_AGO, 0, WD_DL_KO, "전"},
	{WD_DW_AGO, 0, WD_DL_JA, "まえ"},
	{WD_DW_AGO, 0, WD_DL_ANY, "前"},
	{WD_DW_AGO, 0, WD_DL_ZH, "以前 之前"},
	{WD_DW_ONE, 1, 0, "a an one einer einem une un una uno een eine en ett"},
	{WD_DW_UNIT, WD_DU_SECOND, 0,
		"second seconds sec secs s sekunde sekunden seconde secondes segundo segundos secondi "
		"секунд секунды секунду sekund sekunder sekundy"},
	{WD_DW_UNIT, WD_DU_MINUTE, 0,
		"minute minutes menit min mins m minuten minuto minutos minuti minuut minuten minut minuty "
		"minutter minuter минут минуты минуту мин minuuttia dakika perc λεπτα"},
	{WD_DW_UNIT, WD_DU_HOUR, 0,
		"hour hours hr hrs h jam stunde stunden std heure heures hora horas ora ore uur uren godzine "
		"godziny godzin час часа часов time timer timme timmar tuntia tunti hodinami hodinou hodin "
		"saat oraja oraval ωρεσ ωρα"},
	{WD_DW_UNIT, WD_DU_DAY, 0,
		"day days hari d tag tage tagen jour jours dia dias giorno giorni dag dagen dager dage dagar "
		"dzien dni день дня дней paivaa paiva dny dnem gun napja μερεσ ημερεσ"},
	{WD_DW_UNIT, WD_DU_WEEK, 0,
		"week weeks wk wks woche wochen semaine semaines semana semanas settimana settimane weken "
		"tydzien tygodnie tygodni неделю недели недель uke uker uge uger vecka veckor viikkoa "
		"tydny hafta εβδομαδεσ"},
	{WD_DW_UNIT, WD_DU_MONTH, 0,
		"month months monat monate monaten mois mes meses mese mesi maand maanden miesiac miesiace "
		"miesiecy месяц месяца месяцев maned maneder manad manader kuukautta mesici ay μηνεσ"},
	{WD_DW_UNIT, WD_DU_YEAR, 0,
		"year years yr yrs jahr jahre jahren an ans annee annees ano anos anno anni jaar rok lata "
		"lat год года лет ar vuotta roky yil χρονια"},
	{WD_DW_UNIT, WD_DU_SECOND, WD_DL_KO, "초"},
	{WD_DW_UNIT, WD_DU_MINUTE, WD_DL_KO, "분"},
	{WD_DW_UNIT, WD_DU_HOUR, WD_DL_KO, "시간"},
	{WD_DW_UNIT, WD_DU_DAY, WD_DL_KO, "일"},
	{WD_DW_UNIT, WD_DU_WEEK, WD_DL_KO, "주 주일"},
	{WD_DW_UNIT, WD_DU_MONTH, WD_DL_KO, "개월 달"},
	{WD_DW_UNIT, WD_DU_YEAR, WD_DL_KO, "년"},
	{WD_DW_UNIT, WD_DU_SECOND, WD_DL_ANY, "秒"},
	{WD_DW_UNIT, WD_DU_MINUTE, WD_DL_ANY, "分"},
	{WD_DW_UNIT, WD_DU_MINUTE, WD_DL_JA, "分間"},
	{WD_DW_UNIT, WD_DU_MINUTE, WD_DL_ZH, "分钟 分鐘"},
	{WD_DW_UNIT, WD_DU_SECOND, WD_DL_ZH, "秒钟 秒鐘"},
	{WD_DW_UNIT, WD_DU_HOUR, WD_DL_JA, "時間"},
	{WD_DW_UNIT, WD_DU_HOUR, WD_DL_ZH, "小时 小時 个小时 個小時"},
	{WD_DW_UNIT, WD_DU_DAY, WD_DL_ANY, "日"},
	{WD_DW_UNIT, WD_DU_DAY, WD_DL_ZH, "天"},
	{WD_DW_UNIT, WD_DU_WEEK, WD_DL_JA, "週間"},
	{WD_DW_UNIT, WD_DU_WEEK, WD_DL_ZH, "周 週 星期 个星期 個星期"},
	{WD_DW_UNIT, WD_DU_MONTH, WD_DL_JA, "か月 カ月 ヶ月 ケ月 ヵ月 箇月"},
	{WD_DW_UNIT, WD_DU_MONTH, WD_DL_ZH, "个月 個月"},
	{WD_DW_UNIT, WD_DU_YEAR, WD_DL_ANY, "年"},
	{WD_DW_RELDAY, 0, 0,
		"today heute aujourd'hui hoy oggi hoje vandaag dzisiaj dzis сегодня idag tanaan dnes bugun "
		"σημερα"},
	{WD_DW_RELDAY, 1, 0,
		"yesterday gestern hier ayer ieri ontem gisteren wczoraj вчера igar eilen vcera dun tegnap "
		"χθεσ"},
	{WD_DW_RELDAY, 2, 0,
		"vorgestern avant-hier anteayer anteontem eergisteren przedwczoraj позавчера"},
	{WD_DW_RELDAY, 0, WD_DL_KO, "오늘 금일"},
	{WD_DW_RELDAY, 1, WD_DL_KO, "어제 전일"},
	{WD_DW_RELDAY, 2, WD_DL_KO, "그제 그저께 엊그제"},
	{WD_DW_RELDAY, 0, WD_DL_JA, "今日 本日 きょう"},
	{WD_DW_RELDAY, 1, WD_DL_JA, "昨日 きのう"},
	{WD_DW_RELDAY, 2, WD_DL_JA, "一昨日 おととい"},
	{WD_DW_RELDAY, 0, WD_DL_ZH, "今天"},
	{WD_DW_RELDAY, 1, WD_DL_ZH, "昨天"},
	{WD_DW_RELDAY, 2, WD_DL_ZH, "前天"},
};

#define MAX_WORDS 2800
static struct wd_dword_entry words[MAX_WORDS];
static size_t word_count;
static pthread_once_t words_once = PTHREAD_ONCE_INIT;

static int word_order(const void *x, const void *y)
{
	const struct wd_dword_entry *a = x, *b = y;
	int r = wd_str_cmp(a->text, b->text);
	if (r == 0)
		r = (a->kind > b->kind) - (a->kind < b->kind);
	return r != 0 ? r : (a->val > b->val) - (a->val < b->val);
}

static void words_build(void)
{
	for (size_t i = 0; i < WD_COUNTOF(rows); i++) {
		struct wd_str rest = wd_str_c(rows[i].words), word;
		while (wd_str_split(&rest, ' ', &word)) {
			if (word.n == 0)
				continue;
			WD_ASSERT(word_count < MAX_WORDS);
			words[word_count++] = (struct wd_dword_entry){
				word, rows[i].kind, rows[i].lang, rows[i].val};
		}
	}
	qsort(words, word_count, sizeof(words[0]), word_order);
}

size_t wd_date_word_find(struct wd_str folded, const struct wd_dword_entry **ret)
{
	(void)pthread_once(&words_once, words_build);
	size_t lo = 0, hi = word_count;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (wd_str_cmp(words[mid].text, folded) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	size_t n = 0;
	while (lo + n < word_count && wd_str_eq(words[lo + n].text, folded))
		n++;
	*ret = words + lo;
	return n;
}

const struct wd_dword_entry *wd_dtok_word(const struct wd_dtok *t, enum wd_dword kind)
{
	for (size_t i = 0; i < t->word_count; i++) {
		if (t->words[i].kind == kind)
			return &t->words[i];
	}
	return NULL;
}
