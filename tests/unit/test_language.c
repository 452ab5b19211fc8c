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
