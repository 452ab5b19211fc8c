#include "tests/unit/test.h"

#include "taggers/language.h"

struct row {
	const char *code, *text;
};

/* Titles and first sentences, as feed items have them. */
static const struct row rows[] = {
	{"en", "Lee, Ishiba agree to deepen cooperation after talks in Tokyo"},
	{"en", "Storm warnings issued for the coast as thousands leave their homes"},
	{"ko", "李대통령, 이시바 총리와 정상회담"},
	{"ko", "[속보] 코스피 사상 최고치… 반도체주 강세"},
	{"ja", "日韓首脳会談 シャトル外交の継続で一致"},
	{"ja", "石破首相が退陣を表明、自民総裁選へ"},
	{"zh", "韩国总统李在明将访问日本"},
	{"zh", "外交部發言人就日本領導人講話答記者問"},
	{"de", "Bundestag beschließt neues Gesetz zur Rente, die Opposition ist nicht zufrieden"},
	{"fr", "Le président reçoit les syndicats à l'Élysée pour discuter de la réforme"},
	{"es", "El Gobierno aprueba las nuevas medidas para la vivienda en todo el país"},
	{"pt", "Governo anuncia novas medidas para a economia e não descarta aumento de impostos"},
	{"it", "Il governo approva la manovra, le opposizioni sono contrarie alla riforma"},
	{"nl", "Kabinet wil dat het minimumloon in de komende jaren verder stijgt"},
	{"sv", "Regeringen vill att fler ska kunna jobba längre och föreslår ny lag"},
	{"da", "Regeringen vil have flere til at arbejde længere, men oppositionen er imod"},
	{"nb", "Regjeringen vil ha flere i arbeid, men opposisjonen er ikke fornøyd med forslaget"},
	{"fi", "Hallitus esittää uutta lakia, mutta oppositio ei ole tyytyväinen"},
	{"pl", "Rząd przyjął projekt ustawy o podatkach, który ma wejść w życie w przyszłym roku"},
	{"cs", "Vláda schválila návrh zákona, který má podle ministra začít platit příští rok"},
	{"sk", "Vláda schválila návrh zákona, ktorý má podľa ministra platiť od budúceho roka"},
	{"hu", "A kormány szerint nem lesz adóemelés, de az ellenzék más véleményen van"},
	{"ro", "Guvernul a aprobat noua lege și nu exclude creșterea taxelor pentru companii"},
	{"tr", "Hükümet yeni bir yasa için çalışmalara başladı, muhalefet ise karşı çıktı"},
	{"vi", "Chính phủ thông qua các biện pháp mới để hỗ trợ người dân trong năm nay"},
	{"id", "Pemerintah akan menaikkan anggaran untuk pendidikan dan kesehatan pada tahun ini"},
	{"ru", "Правительство одобрило законопроект, который вступит в силу в следующем году"},
	{"uk", "Уряд схвалив законопроєкт, який набуде чинності з наступного року"},
	{"bg", "Правителството одобри законопроекта, който ще влезе в сила от следващата година"},
	{"el", "Η κυβέρνηση ενέκρινε το νέο νομοσχέδιο"},
	{"ar", "وافقت الحكومة على مشروع القانون الجديد بعد نقاش طويل في البرلمان"},
	{"fa", "دولت لایحه جدید را برای سال آینده تصویب کرد"},
	{"he", "הממשלה אישרה את הצעת החוק החדשה"},
	{"hi", "सरकार ने नए विधेयक को मंजूरी दी है"},
	{"th", "รัฐบาลเห็นชอบร่างกฎหมายใหม่"},
	/* a headline and a line of summary, as feeds have them */
	{"en", "Rail strike enters third day\nTalks between the union and the operator broke off late on Sunday."},
	{"ko", "철도 파업 사흘째\n노사 협상이 일요일 밤늦게 결렬됐다."},
	{"ja", "鉄道ストは3日目に\n労使の交渉は日曜夜に決裂した。"},
	{"zh", "铁路罢工进入第三天\n工会与公司的谈判周日晚间破裂。"},
	{"de", "Bahnstreik geht in den dritten Tag\nDie Gespräche zwischen Gewerkschaft und Bahn wurden am Sonntag abgebrochen."},
	{"fr", "La grève du rail entre dans son troisième jour\nLes négociations ont été rompues dimanche soir."},
	{"es", "La huelga de trenes llega al tercer día\nLas conversaciones con el sindicato se rompieron el domingo por la noche."},
	{"pt", "Greve dos comboios chega ao terceiro dia\nAs negociações com o sindicato foram interrompidas na noite de domingo."},
	{"it", "Sciopero dei treni al terzo giorno\nLe trattative con il sindacato si sono interrotte nella notte di domenica."},
	{"nl", "Treinstaking gaat derde dag in\nHet overleg tussen de vakbond en het bedrijf is zondagavond afgebroken."},
	{"sv", "Tågstrejken går in på tredje dagen\nSamtalen mellan facket och bolaget bröts sent på söndagen."},
	{"da", "Togstrejken går ind i sin tredje dag\nForhandlingerne mellem fagforeningen og selskabet brød sammen søndag aften."},
	{"fi", "Rautatielakko jatkuu kolmatta päivää\nNeuvottelut ammattiliiton ja yhtiön välillä katkesivat sunnuntaina."},
	{"pl", "Strajk na kolei trwa trzeci dzień\nRozmowy związku z przewoźnikiem zerwano w niedzielę wieczorem."},
	{"cs", "Stávka na železnici trvá třetí den\nJednání odborů s dopravcem byla v neděli večer přerušena."},
	{"hu", "Harmadik napja tart a vasutassztrájk\nA szakszervezet és a társaság tárgyalásai vasárnap este megszakadtak."},
	{"ro", "Greva de la căile ferate a intrat în a treia zi\nNegocierile cu sindicatul au fost întrerupte duminică seara."},
	{"tr", "Demiryolu grevi üçüncü gününde\nSendika ile şirket arasındaki görüşmeler pazar gecesi kesildi."},
	{"vi", "Cuộc đình công đường sắt bước sang ngày thứ ba\nCác cuộc đàm phán với công đoàn đã đổ vỡ vào tối Chủ nhật."},
	{"id", "Mogok kereta api memasuki hari ketiga\nPerundingan dengan serikat pekerja terhenti pada Minggu malam."},
	{"ru", "Забастовка железнодорожников продолжается третий день\nПереговоры с профсоюзом были прерваны в воскресенье вечером."},
	{"uk", "Страйк залізничників триває третій день\nПереговори з профспілкою було перервано в неділю ввечері."},
	{"bg", "Железопътната стачка продължава трети ден\nПреговорите със синдиката бяха прекъснати в неделя вечерта."},
	{"el", "Τρίτη ημέρα απεργίας στους σιδηροδρόμους\nΟι συνομιλίες διακόπηκαν το βράδυ της Κυριακής."},
	{"ar", "إضراب القطارات يدخل يومه الثالث\nانهارت المحادثات بين النقابة والشركة مساء الأحد."},
	{"fa", "اعتصاب راه‌آهن وارد روز سوم شد\nگفتگوها با اتحادیه یکشنبه شب متوقف شد."},
	{"he", "שביתת הרכבות נכנסת ליומה השלישי\nהשיחות בין האיגוד לחברה פוצצו ביום ראשון בלילה."},
	{"hi", "रेल हड़ताल तीसरे दिन में\nयूनियन और कंपनी के बीच बातचीत रविवार रात टूट गई।"},
	{"th", "การประท้วงรถไฟเข้าสู่วันที่สาม\nการเจรจากับสหภาพล้มเหลวเมื่อคืนวันอาทิตย์"},
};

static void detects(void **state)
{
	(void)state;
	struct wd_language *l = wd_language_new();
	assert_non_null(l);
	for (size_t i = 0; i < WD_COUNTOF(rows); i++)
		assert_str(
			rows[i].text, wd_language_detect(l, wd_str_c(rows[i].text)), rows[i].code);
	wd_language_free(l);
}

static void says_nothing_without_letters(void **state)
{
	(void)state;
	struct wd_language *l = wd_language_new();
	assert_int_equal(wd_language_detect(l, WD_STR("")).n, 0);
	assert_int_equal(wd_language_detect(l, WD_STR("12:30 – 45 %")).n, 0);
	wd_language_free(l);
}

static void declared_language_must_fit_the_script(void **state)
{
	(void)state;
	assert_true(wd_language_plausible(WD_STR("en-US"), WD_STR("A plain headline")));
	assert_false(wd_language_plausible(WD_STR("en"), WD_STR("한일 정상회담 개최")));
	assert_true(wd_language_plausible(WD_STR("ko-KR"), WD_STR("韓日 정상회담")));
	assert_true(wd_language_plausible(WD_STR("ja"), WD_STR("日韓首脳会談")));
	assert_false(wd_language_plausible(WD_STR("ko"), WD_STR("An English text")));
	assert_true(wd_language_plausible(WD_STR("xx"), WD_STR("anything")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(detects),
		cmocka_unit_test(says_nothing_without_letters),
		cmocka_unit_test(declared_language_must_fit_the_script),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
