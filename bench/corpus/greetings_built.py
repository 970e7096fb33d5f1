"""Greetings put together from phrases, for training: many more wordings than anyone writes down.

A row is one sentence pattern: alternatives of each place, `/` between them, `;` between places, `-`
for nothing. `{n}`, `{c}`, `{d}` as in `greetings_answers`, filled from its training lists only.
"""

import numpy as np

from bench.corpus.greetings_answers import COMPANIES, NAMES, Greeting, Kind

PATTERNS: dict[str, dict[Kind, str]] = {
    "en": {
        "business": """good morning/good afternoon/hello/hi there/-;{c}/you've reached {c}, hi/thanks for calling {c}/welcome to {c};this is {n}/{n} speaking/you're speaking with {n}/my name is {n}/-;how can I help you?/how may I help you today?/what can I do for you?/who am I speaking to?/how may I direct your call?/can I take your name please?/are you calling about an order?/-
{c}/sales/reception/accounts department/customer care/service desk/the office of {n};good morning/good afternoon/{n} speaking/this is {n}/-;can I help you?/how can I help?/one moment please/yes?/-""",
        "machine": """hi/hello/hey/-;you've reached {n}/this is {n}/it's {n}/you have reached the voicemail of {n}/you've called {n}/-;I can't take your call right now/I'm not available at the moment/I'm away from my phone/I'm sorry I missed your call/I'm in a meeting/we can't come to the phone/I'm either busy or driving/-;please leave a message/leave your name and number/please leave your name, number and a short message/leave me a message after the beep/speak after the tone/send me a text;and I'll call you back/and I'll get back to you as soon as possible/thank you/thanks, bye/have a nice day/-
hello/-;thank you for calling {c}/you have reached {c};our office is now closed/we are closed for the holidays/nobody is available to take your call/all lines are busy/our opening hours are nine to five;please call back later/please leave a message after the tone/please send us an email/you may leave your name and number""",
        "carrier": """the number you have called/the person you are calling/the subscriber/{d}/your party/the mobile you have dialed;is not available/cannot take your call/is switched off/is not answering/is on another call/is currently unavailable;please leave a message after the tone/at the tone please record your message/please leave your message after the beep/please record your message, when you have finished you may hang up/to leave a voice message press one
welcome to/you have reached/this is/your call has been transferred to;the voice mailbox/the messaging service/an automated voice messaging system/the answering service of {d}/the mailbox of {n};please leave a message/please speak after the tone/record your message after the signal/no one is available to take your call""",
        "screening": """hi/hello/-;this is the assistant of {n}/the person you are calling uses call screening/you are speaking to a virtual assistant/this call is being screened/I'm an automated assistant;please say your name/who is calling please, and why?/can you tell me what this is about?/please state your name and the reason for your call/say who you are and stay on the line""",
        "ivr": """thank you for calling {c}/welcome to {c}/hello and welcome/you have reached {c}/-;your call may be recorded/please listen carefully to the following options/our menu has recently changed/for quality purposes this call is recorded/-;for sales press one, for support press two/press one for billing, press two for orders/to continue in English press one/please enter your account number followed by the hash key/if you know the extension dial it now/say or press one for appointments/please hold for the next available agent/you are number {d} in the queue, please stay on the line""",
        "person": """hello?/yes?/yeah, hello?/hi/yes, hello/{n}/this is {n}/{n} speaking;-/who is this?/who's calling?/can I help you?/what do you want?/how are you?/is anybody there?|hello?/yes?/are you there?/I can't hear you/speak up please/who is it?/hello, hello?""",
    },
    "zh": {
        "business": """ni3 hao3/nin2 hao3/wei2, nin2 hao3/zao3 shang4 hao3;{c}/zhe4 li3 shi4 {c}/{c} ke4 fu2/{c} qian2 tai2;wo3 shi4 {n}/-;qing3 wen4 you3 shen2 me5 ke3 yi3 bang1 nin2?/qing3 wen4 nin2 zhao3 shei2?/qing3 jiang3/qing3 wen4 nin2 gui4 xing4?/nin2 you3 shen2 me5 shi4 ma5?/-""",
        "machine": """nin2 hao3/ni3 hao3/-;wo3 shi4 {n}/zhe4 shi4 {n} de5 dian4 hua4/zhe4 li3 shi4 {c}/-;wo3 xian4 zai4 bu4 neng2 jie1 dian4 hua4/wo3 zheng4 zai4 mang2/wo3 bu2 zai4 jia1/xian4 zai4 mei2 you3 ren2 jie1 ting1/wo3 zheng4 zai4 kai1 che1;qing3 zai4 di1 sheng1 zhi1 hou4 liu2 yan2/qing3 liu2 xia4 nin2 de5 xing4 ming2 he2 dian4 hua4 hao4 ma3/qing3 gei3 wo3 fa1 duan3 xin4/wo3 hui4 jin3 kuai4 hui2 dian4/qing3 shao1 hou4 zai4 bo1""",
        "carrier": """nin2 bo1 da3 de5 dian4 hua4/nin2 hu1 jiao4 de5 yong4 hu4/nin2 suo3 bo1 jiao4 de5 ji1 zhu3/dui4 fang1;zan4 shi2 wu2 ren2 jie1 ting1/bu4 fang1 bian4 jie1 ting1/zheng4 zai4 tong1 hua4 zhong1/mu4 qian2 wu2 fa3 jie1 tong1;qing3 zai4 ti2 shi4 yin1 hou4 liu2 yan2/liu2 yan2 qing3 an4 yi1/qing3 zai4 di1 yi4 sheng1 hou4 kai1 shi3 lu4 yin1/yi3 wei4 nin2 zhuan3 dao4 yu3 yin1 xin4 xiang1""",
        "screening": """nin2 hao3/ni3 hao3;wo3 shi4 zhi4 neng2 mi4 shu1/wo3 shi4 {n} de5 yu3 yin1 zhu4 shou3/ji1 zhu3 kai1 qi3 le5 lai2 dian4 guo4 lv4;qing3 wen4 nin2 shi4 shei2?/qing3 shuo1 ming2 lai2 dian4 shi4 you2/nin2 zhao3 ta1 you3 shen2 me5 shi4?/qing3 shuo1 chu1 nin2 de5 xing4 ming2""",
        "ivr": """huan1 ying2 zhi4 dian4 {c}/nin2 hao3, zhe4 li3 shi4 {c}/gan3 xie4 nin2 de5 lai2 dian4;cha2 xun2 qing3 an4 yi1, ban4 li3 ye4 wu4 qing3 an4 er4/pu3 tong1 hua4 qing3 an4 yi1/zi4 zhu4 fu2 wu4 qing3 an4 yi1, ren2 gong1 qing3 an4 ling2/qing3 shu1 ru4 nin2 de5 ka3 hao4, yi3 jing3 hao4 jian4 jie2 shu4/ben3 ci4 tong1 hua4 jiang1 bei4 lu4 yin1/ke4 fu2 ren2 yuan2 zheng4 mang2, qing3 shao1 deng3""",
        "person": """wei2?/wei2, ni3 hao3/ni3 hao3/ei1, wei2?/wei2, wo3 shi4 {n}/en4, wei2;-/na3 wei4?/shei2 a5?/zen3 me5 le5?/you3 shi4 ma5?|wei2?/wei2, ting1 de2 jian4 ma5?/shuo1 hua4 a5/ni3 zhao3 shei2?/ni3 shi4 na3 li3?""",
    },
    "es": {
        "business": """{c}/buenos días, {c}/gracias por llamar a {c}/buenas tardes, {c};le atiende {n}/habla {n}/mi nombre es {n}/-;¿en qué puedo ayudarle?/¿con quién tengo el gusto?/dígame/¿qué desea?/¿qué necesita?/-""",
        "machine": """hola/buenas/-;soy {n}/este es el buzón de {n}/has llamado a {n}/ha llamado a {c}/-;no puedo atender tu llamada/ahora estoy ocupado/no estoy en casa/estamos cerrados/en este momento no hay nadie;deja un mensaje/deje su nombre y número/deja tu mensaje después del tono/llame más tarde/mándame un mensaje;y te llamo luego/gracias/-""",
        "carrier": """el número que ha marcado/la persona que usted llama/el cliente/el {d};no está disponible/no contesta/se encuentra apagado/no puede atenderle;deje su mensaje después de la señal/por favor grabe su mensaje/su llamada será transferida al buzón/para dejar un mensaje pulse uno""",
        "screening": """hola/-;la persona a la que llama filtra sus llamadas/soy un asistente automático/soy la asistente de {n};diga su nombre/¿quién llama?/indique el motivo de su llamada/¿de qué se trata?""",
        "ivr": """bienvenido a {c}/gracias por llamar a {c}/-;para ventas marque uno, para pagos marque dos/esta llamada puede ser grabada/si desea hablar con un agente marque cero/introduzca su número de cliente/por favor espere, en breve le atenderemos/para continuar en español pulse uno""",
        "person": """¿sí?/¿diga?/¿dígame?/hola/¿aló?/¿bueno?/soy {n};-/¿quién es?/¿quién habla?/¿qué quiere?|¿hola?/¿me oye?/¿diga?/no se oye nada""",
    },
    "fr": {
        "business": """{c} bonjour/bonjour, {c}/bienvenue chez {c}/bonsoir, {c};{n} à l'appareil/je suis {n}/{n} à votre service/-;comment puis-je vous aider ?/que puis-je faire pour vous ?/je vous écoute/c'est de la part de qui ?/-""",
        "machine": """bonjour/salut/-;vous êtes bien chez {n}/vous êtes sur le répondeur de {n}/c'est {n}/vous êtes bien chez {c}/-;je ne suis pas là/nous sommes absents/je ne peux pas répondre/nos bureaux sont fermés/je suis en réunion;laissez un message/laissez votre nom et votre numéro/parlez après le bip/rappelez plus tard/envoyez-moi un message;je vous rappelle/merci/à bientôt/-""",
        "carrier": """votre correspondant/la personne que vous appelez/le {d}/l'abonné;n'est pas disponible/est absent/ne répond pas/ne peut pas prendre votre appel;laissez un message après le signal sonore/merci de laisser votre message/enregistrez votre message/tapez un pour laisser un message""",
        "screening": """bonjour/-;la personne que vous appelez filtre ses appels/je suis un assistant automatique/je suis l'assistante de {n};donnez votre nom/qui appelle ?/quelle est la raison de votre appel ?/dites-moi de quoi il s'agit""",
        "ivr": """bienvenue chez {c}/merci de votre appel/-;pour les ventes tapez un, pour la facturation tapez deux/cet appel peut être enregistré/pour parler à un conseiller tapez zéro/saisissez votre numéro de client/un conseiller va vous répondre, veuillez patienter/tous nos conseillers sont occupés""",
        "person": """allô ?/oui ?/oui allô ?/bonjour/{n}/allô, oui;-/qui est-ce ?/c'est qui ?/c'est pour quoi ?|allô ?/vous m'entendez ?/oui ?/parlez plus fort""",
    },
    "de": {
        "business": """{c}/guten Tag, {c}/guten Morgen, {c}/willkommen bei {c};mein Name ist {n}/{n} am Apparat/Sie sprechen mit {n}/{n}/-;was kann ich für Sie tun?/wie kann ich helfen?/worum geht es?/wen möchten Sie sprechen?/-""",
        "machine": """hallo/guten Tag/-;hier ist {n}/Sie haben {n} angerufen/das ist die Mailbox von {n}/Sie sind verbunden mit {c}/-;ich bin gerade nicht da/wir sind nicht zu Hause/ich kann nicht ans Telefon gehen/unser Büro ist geschlossen/ich bin in einer Besprechung;hinterlassen Sie eine Nachricht/sprechen Sie nach dem Ton/bitte nennen Sie Namen und Nummer/rufen Sie später an/schreib mir eine Nachricht;ich rufe zurück/danke/bis bald/-""",
        "carrier": """der Teilnehmer/die Rufnummer {d}/Ihr Gesprächspartner/der Angerufene;ist nicht erreichbar/nimmt nicht ab/ist vorübergehend nicht verfügbar/spricht gerade;hinterlassen Sie eine Nachricht nach dem Signalton/bitte sprechen Sie nach dem Ton/Sie werden mit der Mailbox verbunden/drücken Sie die eins""",
        "screening": """hallo/guten Tag/-;die Person prüft ihre Anrufe/ich bin ein automatischer Assistent/ich bin die Assistentin von {n};wer ruft an?/bitte nennen Sie Ihren Namen/weshalb rufen Sie an?/worum geht es bei Ihrem Anruf?""",
        "ivr": """willkommen bei {c}/vielen Dank für Ihren Anruf/-;für Bestellungen drücken Sie die eins, für Rechnungen die zwei/dieser Anruf wird aufgezeichnet/bitte geben Sie Ihre Kundennummer ein/der nächste freie Mitarbeiter ist für Sie da/bitte bleiben Sie in der Leitung/möchten Sie mit einem Mitarbeiter sprechen, drücken Sie die null""",
        "person": """hallo?/ja?/ja, hallo?/{n}/{n} hier/guten Tag/ja bitte;-/wer ist da?/wer spricht?/was gibt's?|hallo?/hören Sie mich?/ja?/sprechen Sie lauter""",
    },
    "ru": {
        "business": """{c}/добрый день, {c}/здравствуйте, {c}/доброе утро;меня зовут {n}/{n} слушает/{n}/-;чем могу помочь?/слушаю вас/как к вам обращаться?/по какому вопросу?/говорите/-""",
        "machine": """здравствуйте/привет/-;это {n}/вы позвонили {n}/это автоответчик {n}/вы позвонили в {c}/-;меня нет дома/я не могу подойти к телефону/я сейчас занят/мы закрыты/никто не может ответить;оставьте сообщение/говорите после сигнала/назовите ваше имя и номер/перезвоните позже/напишите мне;я перезвоню/спасибо/-""",
        "carrier": """абонент/номер {d}/вызываемый абонент/пользователь;не отвечает/недоступен/сейчас занят/выключил телефон;оставьте сообщение после сигнала/вы можете записать сообщение/вызов переведён на голосовую почту/нажмите один""",
        "screening": """здравствуйте/алло/-;я голосовой ассистент/я помощник {n}/абонент использует защиту от звонков;кто звонит?/представьтесь, пожалуйста/что передать?/по какому поводу вы звоните?""",
        "ivr": """добро пожаловать в {c}/спасибо за ваш звонок/здравствуйте;для заказа нажмите один, для оплаты нажмите два/разговор может быть записан/введите номер договора/дождитесь ответа оператора/ваш звонок очень важен для нас/для связи с оператором нажмите ноль""",
        "person": """алло?/да?/слушаю/да, алло/{n}/здравствуйте/ало;-/кто это?/кто говорит?/вам кого?/что вы хотели?|алло?/вы меня слышите?/да?/говорите громче""",
    },
    "it": {
        "business": """{c}/buongiorno, {c}/buonasera, {c}/grazie per aver chiamato {c};sono {n}/parla {n}/-;come posso aiutarla?/mi dica/cosa posso fare per lei?/con chi parlo?/-""",
        "machine": """ciao/salve/-;sono {n}/questa è la segreteria di {n}/avete chiamato {n}/avete chiamato {c}/-;non posso rispondere/non siamo in casa/sono occupato/gli uffici sono chiusi;lasciate un messaggio/lascia nome e numero/parlate dopo il segnale/richiamate più tardi/scrivimi;ti richiamo/grazie/-""",
        "carrier": """il numero {d}/l'utente/la persona chiamata/il cliente;non è disponibile/non risponde/è spento/non è raggiungibile;lasci un messaggio dopo il segnale/registri il suo messaggio/la chiamata è stata trasferita alla segreteria/per lasciare un messaggio prema uno""",
        "screening": """salve/-;sono un assistente automatico/l'utente filtra le chiamate/sono l'assistente di {n};chi parla?/dica il suo nome/qual è il motivo della chiamata?/di cosa si tratta?""",
        "ivr": """benvenuto in {c}/grazie per la chiamata/-;per ordini prema uno, per fatture prema due/la chiamata sarà registrata/inserisca il numero cliente/attenda in linea, il primo operatore disponibile risponderà/per parlare con noi prema nove""",
        "person": """pronto?/sì?/sì, pronto?/ciao/{n}/buongiorno;-/chi è?/chi parla?/che c'è?|pronto?/mi sente?/sì?/parli più forte""",
    },
    "pt": {
        "business": """{c}/bom dia, {c}/boa tarde, {c}/obrigado por ligar para {c};{n} falando/meu nome é {n}/aqui é {n}/-;em que posso ajudar?/com quem falo?/pois não?/como posso ajudar?/-""",
        "machine": """olá/oi/-;aqui é {n}/você ligou para {n}/esta é a caixa de {n}/você ligou para {c}/-;não posso atender/não estou em casa/estou ocupado/estamos fechados;deixe um recado/deixe seu nome e telefone/fale depois do sinal/ligue mais tarde/mande uma mensagem;eu retorno/obrigado/-""",
        "carrier": """o número {d}/o cliente/a pessoa chamada/o assinante;não está disponível/não atende/está desligado/está ocupado;deixe seu recado após o sinal/grave sua mensagem/sua chamada foi encaminhada para a caixa postal/para deixar um recado tecle um""",
        "screening": """olá/-;sou um assistente automático/esta pessoa filtra as ligações/sou a assistente de {n};quem fala?/diga seu nome/qual o motivo da ligação?/do que se trata?""",
        "ivr": """bem vindo à {c}/obrigado por ligar/-;para compras digite um, para contas digite dois/esta ligação será gravada/digite seu código de cliente/aguarde, você será atendido em breve/para falar com um atendente digite zero""",
        "person": """alô?/sim?/oi/oi, alô?/{n}/bom dia;-/quem é?/quem fala?/o que foi?|alô?/está ouvindo?/sim?/fala mais alto""",
    },
}  # fmt: skip


def _filled(text: str, language: str, rng: np.random.Generator) -> str:
    for blank, listed in (("{n}", NAMES[language]), ("{c}", COMPANIES[language])):
        words = [word for number, word in enumerate(listed.split(",")) if number % 3 != 2]
        text = text.replace(blank, str(rng.choice(words)))
    digits = " ".join(str(digit) for digit in rng.integers(1, 10, int(rng.integers(3, 7))))
    return text.replace("{d}", digits)


def build(language: str, kind: Kind, rng: np.random.Generator) -> Greeting:
    """One greeting of phrases drawn at random."""
    rows = PATTERNS[language][kind].splitlines()
    row = rows[int(rng.integers(len(rows)))]
    parts = []
    for part in row.split("|"):
        drawn = [str(rng.choice(place.strip().split("/"))) for place in part.split(";")]
        said = ", ".join(phrase for phrase in drawn if phrase not in {"-", ""})
        parts.append(_filled(said or drawn[0], language, rng))
    return Greeting(kind, language, -1, tuple(part for part in parts if part.strip("-, ")))
