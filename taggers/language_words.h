/**
 * Function words of the languages that share a script: the commonest words of each, which short
 * texts have too. A word that several languages share counts for each of them, less.
 */
#pragma once

struct wd_language_words {
	const char *code;
	const char *words; /* separated by one space */
};

static const struct wd_language_words wd_language_words[] = {
	{"en", "the of and to in is that for on with was are his from by this have be "
	       "at it has its will as after who but not an said over their they were "
	       "been about which"},
	{"de", "der die das und ist nicht von den zu mit dem des auf für ein eine im "
	       "auch sich dass wird nach bei einer aus hat als wie am zum werden haben "
	       "über wurde sind"},
	{"fr", "le la les des et est une dans que pour qui sur du en au aux par avec "
	       "ses plus pas été son ce il sont cette après ont mais leur entre selon"},
	{"es", "el la los las de que en un una por con para del se su al es más como "
	       "fue sobre entre este desde pero ha han sus tras según también año"},
	{"pt", "o os as de que em um uma não por com para do da dos das no na se ao "
	       "mais foi pelo pela sobre são entre após seu sua também à ano é"},
	{"it", "il lo gli di che è un una per con del della dei delle nel nella sono "
	       "al alla più non dal si anche dopo ha come questo tra degli sulla stato"},
	{"nl", "de het een van en in is dat op te voor met zijn niet aan er om ook als "
	       "bij door naar uit wordt over heeft maar worden nog werd deze"},
	{"sv", "och att det som en är på för av med till den har inte om ett men var "
	       "från de vid också efter under mot sig eller kan ska skulle"},
	{"da", "og at det som en er på for af med til den har ikke om et men var fra "
	       "de ved også efter under mod sig eller kan skal være blev hun have mere noget nu mellem fået siger flere"},
	{"nb", "og at det som en er på for av med til den har ikke om et men var fra "
	       "de ved også etter under mot seg eller kan skal være ble hun ha mer noe nå mellom fått sier flere"},
	{"fi", "ja on ei että se hän oli ovat mutta myös kun joka mukaan jos kuin "
	       "ollut sekä vuonna niin ole jotka vain nyt tämä olla sanoo hänen"},
	{"pl", "w i na z do się nie że jest to o po za od przez jak dla są oraz ale "
	       "był jego który która które przed także już tym roku było"},
	{"cs", "a v na se je že s z do o ve za pro k po od jako jsou byl při který "
	       "která které jeho ale také už podle než není bude jsem roku"},
	{"sk", "a v na sa je že s z do o vo za pre k po od ako sú bol pri ktorý ktorá "
	       "ktoré jeho ale aj už podľa než nie bude som roku"},
	{"hu", "a az és hogy nem is egy volt meg már csak de van ez azt mint után "
	       "szerint el lesz még ki volna lehet vagy között amely pedig ha"},
	{"ro", "și de la în a cu pe din că nu este o un pentru care mai fi au sau prin "
	       "după al fost lui ca se sunt dar acest această"},
	{"hr", "i u na je da se za su od s o ne koji koja koje nije kao ali bi će iz "
	       "po to do te bio biti nakon sve što također tijekom"},
	{"sl", "in v na je da se za so od z o ne ki kot ali bi iz po to do tudi pa bil "
	       "še bo pri ter zaradi med ni sta več"},
	{"tr", "ve bir bu için ile da de olarak daha çok olan gibi sonra kadar en "
	       "ancak oldu var her ise değil olduğunu dedi türkiye yeni ne göre"},
	{"vi", "và của là có được cho trong với không các một những người đã này từ "
	       "khi đến ra về để tại năm theo nhiều ông cũng trên sẽ"},
	{"id", "dan yang di untuk dengan ini dari pada dalam tidak akan itu juga oleh "
	       "ke adalah tersebut telah sebagai karena ada para bisa kata lebih atau"},
	{"ms", "dan yang di untuk dengan ini dari pada dalam tidak akan itu juga oleh "
	       "ke adalah tersebut telah sebagai kerana ada para boleh kata lebih "
	       "beliau iaitu"},
	{"et", "ja on ei et see oli ka kui aga mis ning oma ta kes siis veel välja "
	       "pärast ole selle või nad aasta kuid juba"},
	{"lv", "un ir ar no par uz ka arī bet to kas lai tika pēc gada kā nav tiek gan "
	       "pie vai viņa līdz tā būs savu"},
	{"lt", "ir yra su kad į iš tai bet kaip už po jo buvo nuo ne apie taip pat dar "
	       "metų prie dėl jau gali bus kurie"},
	{"ca", "el la els les de que i en un una per amb del al és més no es ha dels "
	       "seva seu també aquest aquesta són però van entre després"},
	{"sq", "dhe në të e që për me një nga është u ka si do nuk më i së janë por ky "
	       "kjo kanë pas"},
	{"af", "die van en in is het dat nie op te vir met wat sy aan was om ook deur "
	       "hulle word sal na kan oor maar"},
	{"is", "og að í á er sem það en við um til ekki var hann af með fyrir eru því "
	       "þetta hafa hefur frá þá"},
	{"sw", "ya na wa kwa katika ni za la kuwa hiyo huyo hii cha kama watu baada "
	       "lakini alisema pia au hayo"},
	{"tl", "ang ng sa na mga at ay si ni para kay ito nang hindi niya may isang "
	       "kanyang siya din"},
	{"eu", "eta da ez du bat izan dira zen ere baina dute egin baino hori duen "
	       "izango beste"},
	{"ga", "agus an na ar go is le sa do ag tá ina atá bhí ach seo mar faoi ón"},
	{"cy", "yn y a i o ar yr mae ac wedi fod gan am bod oedd nid hyn eu gyda"},
	{"ru", "и в не на что с по он как к из за от для это но его у о так же был "
	       "было все после года которые или при до"},
	{"uk", "і в не на що з до та у як про за від це але його є для був було після "
	       "року які або при також щоб вже через"},
	{"bg", "и в на да не се за от с че по са е това как но до при той като който "
	       "ще след бе които или обаче със"},
	{"sr", "и у на је да се за су од с о не који која које није као али би ће из "
	       "по то до те био након све што"},
	{"mk", "и во на да не се за од со дека по е тоа како но до при тој што ќе кој "
	       "кои или беше сите"},
	{"be", "і ў не на што з да як пра за ад гэта але яго для быў было пасля года "
	       "якія або пры таксама каб ужо праз"},
	{"kk", "және бұл мен үшін деп бір бар де еді қазақстан да жылы бойынша осы ол "
	       "болып туралы"},
	{"mn", "нь байна энэ болон улсын юм гэж байсан монгол хийж бол дээр оны"},
	{"fa", "و در به از که این را با است برای آن یک خود تا بر بود شد کرد می های"},
	{"ar", "في من على إلى أن عن مع هذا التي الذي بعد بين كان ما لا قال هذه خلال "
	       "كما قد"},
	{"ur", "کے کی میں ہے اور سے کا کو نے پر یہ کہ ہیں اس بھی ایک تھا گیا"},
	{"hi", "के की में है और से का को ने पर यह कि हैं इस भी एक था गया लिए नहीं"},
	{"mr", "आहे आणि या च्या ते ही तर असे झाली केली होते मात्र आहेत यांनी करण्यात"},
	{"ne", "छ र को मा ले गरेको छन् भने पनि हो भएको गर्ने नेपाल उनले"},
};
