"""What is said when a call is answered, in several languages: texts, and how a call is put
together of them. Pure: everything random comes from the generator given.

Texts are templates; `{n}` is a name, `{c}` a company, `{d}` digits. A `|` is a pause in which the
speaker waits for the other side. Every fifth template of a kind is kept for tests
(`templates(…, test=True)`), and so are every third name and company: what a model has trained on
never comes back word for word.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["person", "business", "machine", "carrier", "screening", "ivr", "reply"]
KINDS: tuple[Kind, ...] = (
    "person", "business", "machine", "carrier", "screening", "ivr", "reply",
)  # fmt: skip

MEANING = {
    "person": "person",
    "business": "person",
    "reply": "person",
    "machine": "machine",
    "carrier": "machine",
    "screening": "machine",
    "ivr": "ivr",
}


@dataclass(frozen=True, slots=True)
class Greeting:
    """One text as it is spoken: `parts` with waits between them."""

    kind: Kind
    language: str
    template: int
    parts: tuple[str, ...]

    @property
    def meaning(self) -> str:
        """person, machine or ivr."""
        return MEANING[self.kind]


NAMES = {
    "en": "Maria,John Smith,Dave,Sarah Connor,Emily,Bob Miller,Jenny,Mike,Doctor Patel,Susan,Tom,"
    "the Johnsons,Kevin O'Brien,Lisa,Alex,Grace Lee,Peter,Rachel,Omar,Nina",
    "zh": "wang2 xiao3 ming2,li3 hua2,zhang1 wei3,liu2 yang2,chen2 jing4,xiao3 zhao4,lao3 zhou1,"
    "sun1 jing1 li3,wu2 fang1",
    "es": "María,Juan Pérez,Carlos,Lucía Gómez,Pedro,Ana,Javier,la familia Ruiz,Elena",
    "fr": "Pierre,Marie Dupont,Luc,Camille,Jean Martin,Sophie,Antoine,la famille Bernard,Julie",
    "de": "Müller,Anna Schmidt,Becker,Thomas Weber,Julia,Familie Fischer,Hoffmann,Lukas,Katrin",
    "ru": "Иван,Мария Петрова,Сергей,Анна,Дмитрий Соколов,Ольга,Алексей,Наталья,Павел",
    "it": "Marco,Giulia Rossi,Luca,Francesca,Paolo Bianchi,Chiara,Andrea,la famiglia Conti,Anna",
    "pt": "João,Maria Silva,Pedro,Ana,Carlos Souza,Beatriz,Rafael,a família Costa,Lúcia",
}
COMPANIES = {
    "en": "Acme Plumbing,Sunrise Dental,Green Valley Hotel,Miller and Sons,City Motors,Blue Ocean "
    "Travel,Northern Insurance,Pizza Palace,Oak Street Clinic,Star Electronics,First Bank,"
    "Riverside Garage,Global Freight,Harmony Spa,Bright Future School",
    "zh": "xing1 guang1 gong1 si1,ping2 an1 jiu3 dian4,da4 hua2 mao4 yi4,li4 min2 yi1 yuan4,"
    "dong1 fang1 qi4 che1,hong2 xing1 wu4 liu2",
    "es": "Talleres López,Hotel del Sol,Clínica Norte,Seguros Vida,Viajes Azul,Ferretería Central",
    "fr": "Garage Martin,l'hôtel du Lac,la clinique Saint Jean,Dupont Assurances,Voyages Bleus,"
    "la boulangerie Petit",
    "de": "Autohaus Wagner,Praxis Doktor Klein,Hotel Seeblick,Versicherung Nord,Reisebüro Sonne,"
    "Bäckerei Huber",
    "ru": "компания Восход,гостиница Звезда,клиника Здоровье,автосервис Мотор,банк Северный,"
    "магазин Уют",
    "it": "Officina Rossi,Hotel Bellavista,Studio Bianchi,Assicurazioni Sole,Viaggi Blu,"
    "Farmacia Centrale",
    "pt": "Oficina Silva,Hotel do Mar,Clínica Vida,Seguros Norte,Viagens Azul,Padaria Central",
}

TEXTS: dict[str, dict[Kind, str]] = {
    "en": {
        "person": """hello?|hi|yes?|yeah?|hello|hello?
hello?|hello?|who is this?
hello|hello, can you hear me?
yes, hello?|hello?
hi, {n} speaking|hello?
{n} here|yes?
hello, this is {n}
hello this is {n} speaking, who's calling?
yeah, hello?|what is it?
good morning|hello?
good evening, {n} speaking
{n}|hello?
hey, what's up?|hello?|you there?
speaking|yes
um, hello?|who's this?
hello, {n} speaking, how can I help?
hi there|hello?|anybody there?
yes, this is {n}|yes
hello? hello?|I can't hear you
sorry, just a second|okay, hello?
hey mum|hello?
yo|who's that?
hello, you're speaking to {n}
hang on, I'm driving|okay, go ahead
allo?|yes, hello
good afternoon|yes, who is it please?
what?|hello?
hi, it's {n}|hello?
oh hi|yes?
hello hello|yes speaking
{n}, good morning
yep|hello?
hi, sorry, I was just walking the dog, who is this?
hello, is that {n}?|hello?
turn that down, I'm on the phone!|hello? sorry, who's calling?
hello, who am I speaking with please?|hello
yes hello, I've been waiting for your call|hello?
who's calling?|hello?
hello, mister {n}'s residence|hello?
go for {n}|hello?
evening|who's there?""",
        "business": """{c}, good morning, {n} speaking, how can I help you?|hello?
good morning, thank you for calling {c}, this is {n}, how may I help you?|hello?
{c}, how can I help?
{c}, {n} speaking|hello?
good afternoon, {c}, how may I direct your call?|hello, {c}?
thank you for calling {c}, my name is {n}, how can I help you today?|hello? are you there?
hello, you're through to {n} at {c}, what can I do for you?
{c} reception, good morning|hello?
hi, thanks for calling {c}, this is {n}|hello?
good evening, {c}, would you like to place an order or make a booking?|hello?
welcome to {c}, you're speaking with {n}, who do I have the pleasure of speaking with?
{c} sales department, {n} speaking, good morning|hello?
customer service, this is {n}, may I have your name please?|hello?
good morning and thank you for calling {c}, home of the best service in town, this is {n}, how may I assist you today?
accounts, {n} speaking|hello?
front desk, this is {n}, how can I help?|hello?
hello, {c}, can you hold for a moment please?|thanks for holding, how can I help you?
it's a great day at {c}, this is {n}, what can I get for you?
{c}, could you hold please?|sorry about that, how can I help you?
law offices of {n}, good afternoon, how may I direct your call?|hello?
doctor's surgery, good morning, is it for an appointment?|hello?
thanks for calling {c} on Main Street, carry out or delivery?|hello?
{n} at the service desk, good morning|hello?""",
        "machine": """hi, you've reached {n}, I can't come to the phone right now, please leave your name and number after the tone and I'll call you back
hi, this is {n}, leave a message
leave a message
hello, you have reached {n}, I'm not available right now, please leave a message after the beep
hey, it's {n}, sorry I missed your call, leave me a message and I'll get back to you as soon as I can
you've reached the voicemail of {n}, please leave a message
hi, this is {n}, I'm either on the phone or away from my desk, please leave your name, number and a brief message and I will return your call
we're not home right now, leave a message after the beep and we'll call you back
{n} here, can't talk now, leave a message
hello, this is {n}, I am out of the office until Monday, for urgent matters please contact my colleague
you've reached {c}, our office is currently closed, please call back during business hours or leave a message
thank you for calling {c}, all of our representatives are busy, please leave your name and number and we'll get back to you
hi it's {n}, you know what to do
this is {n}, I'm unable to take your call, please leave a message at the tone
hey this is {n}, I never check my voicemail so please text me instead
sorry we can't take your call at the moment, please leave your message after the tone
you have reached {c}, we are open Monday to Friday from nine to five, please leave your details after the tone
hello? just kidding, I'm not here, leave a message
hi, you've got {n}'s phone, I'm not able to answer, speak after the beep
hi, I'm busy at the moment, please leave a message and have a great day
this is {n}'s voicemail, I'll get back to you when I can, thanks, bye
hello and thank you for calling {n}, I'm with a client right now, but your call is important to me, please leave your name
please leave me a message, thanks
hi, this is {n} with {c}, I'm on vacation this week and will have no access to my messages
good morning, you've reached the desk of {n}, I'm away from my phone, please leave a detailed message
you've reached the {n} family, nobody's home, please leave a message at the beep
hey, I can't get to my phone, so leave a message or send me a text
sorry, I missed you, leave your number and I'll ring you back
hello, nobody is available to answer the phone right now, kindly record your message after the signal""",
        "carrier": """your call has been forwarded to an automatic voice message system, {d} is not available, at the tone please record your message
the person you are trying to reach is not available, please leave a message after the tone
the number you have dialed is not available, please record your message after the tone
welcome to the voicemail service, {d} is unable to take your call, please leave a message
you have reached the voice mailbox of {d}, please leave a message after the tone, when finished hang up or press one for more options
the customer you are calling is currently unavailable, please try again later or leave a message
the mailbox is full and cannot accept any messages at this time, goodbye
your call has been forwarded to voicemail, the person you're trying to reach is not available, at the tone please record your message, when you have finished recording you may hang up
sorry, {n} is not available, record your message at the tone
hello, {d} can't take your call right now, please leave your message after the tone
this is the automatic answering service, please speak after the tone
the subscriber you have called is not able to come to the phone, please leave your message after the beep
the person at extension {d} is unavailable, please leave your message after the tone
please leave your message for {d}
we're sorry, the voice mailbox you have reached has not been set up yet, please try your call again later
welcome to voicemail, no one is available to take your call, record a message after the tone""",
        "screening": """hi, the person you're calling is using a screening service, please say your name and why you're calling
hello, the person you are calling is using a call assistant, go ahead and say your name and why you are calling
please state your name after the tone and I will try to connect you
hi, if you record your name and reason for calling, I'll see if this person is available
hello, this is the virtual assistant of {n}, how can I help you today? please say why you are calling
before I try to connect you, can I ask what you're calling about?
this number accepts calls from known callers only, please say your name and stay on the line
the party you are calling does not accept unidentified callers, please record your name and press pound
hi, I'm the automated assistant for {n}, please tell me who is calling
hello, I'm answering for {n}, may I know your name and the reason for your call? this call is recorded""",
        "ivr": """thank you for calling {c}, for English press one, for Spanish press two
welcome to {c}, please listen carefully as our menu options have changed, for sales press one, for support press two
thank you for calling {c}, your call may be recorded for quality purposes, please enter your account number followed by the pound key
hello and welcome to {c}, if you know your party's extension you may dial it at any time, otherwise press zero for the operator
press one for appointments, press two for billing, press three for all other questions
you have reached {c}, to speak to a representative press zero or stay on the line
for sales press one, for service press two, for opening hours press three
thank you for calling, all our agents are currently busy, please hold and your call will be answered in the order it was received
welcome to {c}, to make a reservation press one, to change a reservation press two
your call is important to us, please stay on the line, you are number {d} in the queue
please choose from the following options, for customer service press one
this call will be recorded for training purposes, please select one of the following options
to continue in English press one, to hear these options again press nine
if this is an emergency hang up and dial nine one one, for prescriptions press two
good morning, welcome to {c}, in a few words tell me what you're calling about, you can say things like billing or technical support""",
        "reply": """yes|what is this about?
yes, that's me|okay
who?|sorry, you have the wrong number
no thanks, I'm not interested
yes, speaking, what's this regarding?
okay|mhm|yes
I'm sorry, could you say that again?
I'm busy right now, can you call me later?
how did you get my number?
sure, go ahead|right
he's not here at the moment, can I take a message?
one moment please, I'll put you through
hello?|are you there?
is this a sales call?
I can hear you now, go on""",
    },
    "zh": {
        "person": """wei2?
wei2, ni3 hao3|wei2?
wei2, na3 wei4?
ni3 hao3|wei2?
wei2?|wei2?|shuo1 hua4 ya5
wei2, shei2 a5?
ni3 hao3, wo3 shi4 {n}
wei2, nin2 hao3, qing3 wen4 nin2 shi4 na3 wei4?
wei2, ting1 de2 dao4 ma5?|wei2?
en4, shuo1
wei2, zen3 me5 le5?|wei2?
wei2, wo3 zai4 kai1 che1, deng3 yi2 xia4
shi4 wo3|nin2 shuo1
wei2 ni3 hao3 ni3 zhao3 shei2?
a1?|wei2?
{n}|wei2, ni3 hao3""",
        "business": """ni3 hao3, {c}, qing3 wen4 you3 shen2 me5 ke3 yi3 bang1 nin2?|wei2?
nin2 hao3, zhe4 li3 shi4 {c}, wo3 shi4 {n}, qing3 wen4 you3 shen2 me5 xu1 yao4?
{c}, ni3 hao3|wei2?
nin2 hao3, {c} qian2 tai2, qing3 wen4 nin2 zhao3 na3 wei4?|wei2, nin2 hao3?
nin2 hao3, gan3 xie4 zhi4 dian4 {c}, hen3 gao1 xing4 wei4 nin2 fu2 wu4
ni3 hao3, cai2 wu4 bu4|wei2?
nin2 hao3, ke4 fu2 {n}, qing3 jiang3|nin2 hao3?""",
        "machine": """nin2 hao3, wo3 shi4 {n}, xian4 zai4 bu4 fang1 bian4 jie1 dian4 hua4, qing3 zai4 di1 sheng1 hou4 liu2 yan2
ni3 hao3, wo3 xian4 zai4 bu2 zai4, qing3 liu2 yan2, wo3 hui4 jin3 kuai4 hui2 fu4 nin2
zhe4 li3 shi4 {n} de5 yu3 yin1 xin4 xiang1, qing3 liu2 yan2
qing3 zai4 ti2 shi4 yin1 hou4 liu2 xia4 nin2 de5 xing4 ming2 he2 dian4 hua4
bu4 hao3 yi4 si5, wo3 zheng4 zai4 kai1 hui4, you3 shi4 qing3 fa1 duan3 xin4 gei3 wo3
nin2 hao3, {c} xian4 zai4 shi4 xia4 ban1 shi2 jian1, qing3 zai4 gong1 zuo4 shi2 jian1 lai2 dian4
wo3 zhe4 hui4 er2 jie1 bu4 liao3 dian4 hua4, liu2 ge4 yan2 ba5""",
        "carrier": """nin2 suo3 bo1 da3 de5 yong4 hu4 zan4 shi2 wu2 fa3 jie1 ting1, qing3 zai4 ti2 shi4 yin1 hou4 liu2 yan2
nin2 hao3, nin2 bo1 da3 de5 ji1 zhu3 bu4 fang1 bian4 jie1 ting1 dian4 hua4, liu2 yan2 qing3 an4 yi1
huan1 ying2 shi3 yong4 yu3 yin1 xin4 xiang1, qing3 zai4 di1 yi4 sheng1 zhi1 hou4 liu2 yan2
nin2 hao3, nin2 hu1 jiao4 de5 yong4 hu4 yi3 kai1 tong1 lou4 hua4 ti2 xing3, wo3 men5 jiang1 yi3 duan3 xin4 tong1 zhi1
nin2 bo1 jiao4 de5 yong4 hu4 zheng4 mang2, yi3 zhuan3 ru4 yu3 yin1 liu2 yan2
qing3 liu2 yan2, liu2 yan2 jie2 shu4 qing3 gua4 ji1""",
        "screening": """nin2 hao3, wo3 shi4 ji1 zhu3 de5 zhi4 neng2 zhu4 li3, qing3 wen4 nin2 you3 shen2 me5 shi4 qing2?
nin2 hao3, wo3 shi4 {n} de5 dian4 hua4 mi4 shu1, ta1 xian4 zai4 bu4 fang1 bian4, qing3 wen4 xu1 yao4 zhuan3 gao4 shen2 me5?
nin2 hao3, ji1 zhu3 zheng4 zai4 shi3 yong4 lai2 dian4 zhu4 shou3, qing3 shuo1 chu1 nin2 de5 xing4 ming2 he2 lai2 dian4 yuan2 yin1
nin2 hao3, zhe4 li3 shi4 zhi4 neng2 dai4 jie1, qing3 jiang3 yi2 xia4 nin2 de5 lai2 dian4 mu4 di4
wo3 shi4 ai1 zhu4 shou3, nin2 ke3 yi3 zhi2 jie1 gao4 su4 wo3 you3 shen2 me5 shi4""",
        "ivr": """huan1 ying2 zhi4 dian4 {c}, zhong1 wen2 fu2 wu4 qing3 an4 yi1, ying1 wen2 fu2 wu4 qing3 an4 er4
nin2 hao3, huan1 ying2 zhi4 dian4 {c}, cha2 xun2 ye4 wu4 qing3 an4 yi1, ren2 gong1 fu2 wu4 qing3 an4 ling2
qing3 zhi2 bo1 fen1 ji1 hao4, cha2 hao4 qing3 bo1 ling2
wei4 le5 ti2 gao1 fu2 wu4 zhi4 liang4, nin2 de5 tong1 hua4 jiang1 bei4 lu4 yin1, qing3 xuan3 ze2 fu2 wu4
zuo4 xi2 quan2 mang2, qing3 shao1 hou4, nin2 qian2 mian4 hai2 you3 {d} wei4 ke4 hu4
gu4 zhang4 bao4 xiu1 qing3 an4 san1, tou2 su4 jian4 yi4 qing3 an4 si4""",
        "reply": """dui4, shi4 wo3|nin2 shuo1
ni3 shi4 na3 li3?
bu4 xu1 yao4, xie4 xie5
hao3 de5|en4
wo3 xian4 zai4 mang2, deng3 yi2 xia4 zai4 da3 ba5
ni3 da3 cuo4 le5
ta1 bu2 zai4""",
    },
    "es": {
        "person": """¿diga?|¿sí?
¿sí?|¿quién es?
hola|¿hola?
¿bueno?|¿quién habla?
¿aló?|¿aló?
hola, soy {n}
dígame
hola, ¿quién es?
{n}, ¿diga?
sí, dígame, ¿con quién hablo?
¿qué pasa?|hola
espera un momento|sí, ¿diga?
buenos días|¿hola?
oye, no te oigo|¿hola?""",
        "business": """{c}, buenos días, le atiende {n}, ¿en qué puedo ayudarle?|¿hola?
buenas tardes, {c}, ¿dígame?
gracias por llamar a {c}, soy {n}, ¿en qué le puedo servir?
{c}, dígame|¿sí?
recepción, buenos días, ¿con quién desea hablar?|¿hola?
hola, ha llamado a {c}, le habla {n}, ¿cómo está usted?""",
        "machine": """hola, soy {n}, ahora no puedo atenderte, deja un mensaje después de la señal
este es el contestador de {n}, por favor deje su mensaje
en este momento no estamos en casa, deje su nombre y su teléfono
hola, deja un mensaje
ha llamado a {c}, nuestro horario es de nueve a seis, por favor llame más tarde
no puedo contestar, déjame un mensaje y te llamo
hola, has llamado a {n}, mándame un mensaje de texto porque no escucho el buzón""",
        "carrier": """el teléfono al que llama está apagado o fuera de cobertura, deje su mensaje después de la señal
bienvenido al buzón de voz, la persona con la que quiere hablar no está disponible
le atiende el contestador automático del {d}, grabe su mensaje después de la señal
su llamada ha sido transferida al buzón de voz, grabe su mensaje después del tono
el usuario no puede atender su llamada, deje su mensaje""",
        "screening": """hola, la persona a la que llama usa un asistente de llamadas, diga su nombre y el motivo de su llamada
por favor diga su nombre después de la señal
soy el asistente virtual de {n}, ¿cuál es el motivo de su llamada?
antes de conectarle, dígame quién llama""",
        "ivr": """bienvenido a {c}, para español marque uno, para inglés marque dos
gracias por llamar a {c}, para ventas pulse uno, para soporte pulse dos
por favor escuche con atención las siguientes opciones, si es cliente pulse uno
todos nuestros agentes están ocupados, por favor permanezca en línea
si conoce la extensión, márquela ahora""",
        "reply": """sí, soy yo|dígame
no me interesa, gracias
¿de parte de quién?
ahora no puedo hablar, llame más tarde
vale, vale|sí""",
    },
    "fr": {
        "person": """allô ?|allô ?
oui ?|allô ?
allô, oui ?|qui est à l'appareil ?
oui allô, {n} à l'appareil
bonjour|allô ?
allô, bonjour|oui ?
{n}, bonjour
oui, c'est qui ?
allô, je ne vous entends pas|allô ?
attendez deux secondes|oui, allô ?
salut|ça va ?
oui, je vous écoute""",
        "business": """{c}, bonjour, {n} à votre écoute, que puis-je faire pour vous ?|allô ?
{c} bonjour|oui allô ?
bonjour, vous êtes bien chez {c}, {n} à l'appareil, comment puis-je vous aider ?
accueil, bonjour, qui demandez-vous ?|allô ?
cabinet du docteur {n}, bonjour, c'est pour un rendez-vous ?
service clients, {n} bonjour, vous avez votre numéro de dossier ?""",
        "machine": """bonjour, vous êtes bien sur la messagerie de {n}, laissez-moi un message après le bip
bonjour, je ne suis pas disponible pour le moment, laissez un message et je vous rappellerai
vous êtes bien chez {n}, nous sommes absents, merci de laisser un message
salut, c'est {n}, laisse un message
bonjour, vous êtes bien chez {c}, nos bureaux sont fermés, merci de rappeler aux heures d'ouverture
je ne peux pas vous répondre, parlez après le signal sonore
répondeur de {n}, à vous""",
        "carrier": """bonjour, vous êtes sur la messagerie vocale du {d}, veuillez laisser un message après le signal sonore
votre correspondant n'est pas disponible, veuillez laisser un message après le bip
bienvenue sur la messagerie, la personne que vous appelez ne peut pas vous répondre
le numéro que vous avez demandé n'est pas joignable, laissez votre message
vous êtes en relation avec un répondeur, parlez après le bip""",
        "screening": """bonjour, la personne que vous appelez utilise un assistant, dites votre nom et la raison de votre appel
merci de dire votre nom après le bip
je suis l'assistant virtuel de {n}, quel est l'objet de votre appel ?
avant de vous mettre en relation, qui est à l'appareil ? cet appel est filtré""",
        "ivr": """bienvenue chez {c}, pour le service commercial tapez un, pour le support tapez deux
votre appel peut être enregistré, pour continuer appuyez sur la touche étoile
tous nos conseillers sont en ligne, veuillez patienter
merci d'avoir appelé {c}, si vous êtes client tapez un
composez le numéro de votre correspondant ou patientez""",
        "reply": """oui, c'est moi|je vous écoute
non merci, ça ne m'intéresse pas
c'est à quel sujet ?
je ne peux pas vous parler, rappelez plus tard
d'accord|oui""",
    },
    "de": {
        "person": """hallo?|hallo?
ja?|hallo?
{n}|hallo?
ja, hallo?|wer ist da?
{n}, guten Tag
hallo, {n} hier|ja?
guten Morgen|hallo?
ja bitte?
moin|hallo?
hallo, ich höre Sie nicht|hallo?
Moment bitte|so, ja?
bei {n}, hallo?""",
        "business": """{c}, guten Tag, mein Name ist {n}, was kann ich für Sie tun?|hallo?
{c}, {n}, guten Morgen|hallo?
guten Tag, Sie sprechen mit {n} von {c}, wie kann ich Ihnen helfen?
{c}, grüß Gott|ja?
Empfang, {n}, mit wem darf ich Sie verbinden?|hallo?
herzlich willkommen bei {c}, Sie sprechen mit {n}|hallo, sind Sie noch da?""",
        "machine": """hallo, hier ist der Anrufbeantworter von {n}, bitte hinterlassen Sie eine Nachricht nach dem Signalton
guten Tag, Sie haben {n} angerufen, ich bin zur Zeit nicht erreichbar
hallo, wir sind gerade nicht zu Hause, bitte sprechen Sie nach dem Ton
hier ist die Mailbox von {n}
hallo, sprecht mir was drauf, ich rufe zurück
{c}, unser Büro ist zur Zeit nicht besetzt, Sie erreichen uns montags bis freitags von neun bis siebzehn Uhr
leider kann ich deinen Anruf nicht annehmen, schick mir eine Nachricht""",
        "carrier": """der gewünschte Gesprächspartner ist zur Zeit nicht erreichbar, bitte hinterlassen Sie eine Nachricht nach dem Signalton
willkommen bei der Mailbox der Nummer {d}, bitte sprechen Sie nach dem Ton
Sie sind mit der Mailbox verbunden, der Teilnehmer kann Ihren Anruf nicht entgegennehmen
die Person, die Sie anrufen, ist nicht verfügbar, bitte sprechen Sie Ihre Nachricht auf
Sie werden mit der Sprachbox verbunden""",
        "screening": """hallo, die angerufene Person nutzt einen Anrufassistenten, bitte nennen Sie Ihren Namen und den Grund Ihres Anrufs
bitte nennen Sie Ihren Namen nach dem Ton, ich versuche Sie zu verbinden
ich bin die digitale Assistentin von {n}, worum geht es?
bevor ich Sie verbinde, sagen Sie mir bitte, wer anruft""",
        "ivr": """willkommen bei {c}, für Vertrieb drücken Sie die eins, für Support die zwei
vielen Dank für Ihren Anruf bei {c}, dieses Gespräch kann aufgezeichnet werden
alle Mitarbeiter sind im Gespräch, bitte haben Sie etwas Geduld
wenn Sie Fragen zu Ihrer Rechnung haben, drücken Sie die drei
bitte geben Sie Ihre Kundennummer ein""",
        "reply": """ja, am Apparat|worum geht's?
nein danke, kein Interesse
wer sind Sie denn?
ich kann gerade nicht, rufen Sie später an
ja|okay""",
    },
    "ru": {
        "person": """алло?|алло?
да?|алло?
алло, слушаю|да?
да, слушаю вас
алло, кто это?
{n}, слушаю
здравствуйте|алло?
алло, вас не слышно|алло?
сейчас, минутку|да, алло?
говорите
слушаю|алло?""",
        "business": """{c}, {n}, здравствуйте, чем могу помочь?|алло?
добрый день, {c}, слушаю вас
{c}, добрый день|алло?
здравствуйте, вы позвонили в компанию, меня зовут {n}, как я могу к вам обращаться?
приёмная, слушаю вас|алло?
регистратура, здравствуйте, к какому врачу?""",
        "machine": """здравствуйте, вы позвонили {n}, я не могу ответить, оставьте сообщение после сигнала
привет, это автоответчик, оставьте сообщение
сейчас никого нет дома, пожалуйста, говорите после гудка
вы позвонили в {c}, мы работаем с девяти до шести, перезвоните позже
это {n}, напишите мне сообщение, я перезвоню
извините, я занят, оставьте ваше имя и телефон""",
        "carrier": """абонент не может ответить на ваш звонок, оставьте сообщение после сигнала
вас приветствует голосовая почта, абонент временно недоступен
вы можете оставить голосовое сообщение после звукового сигнала
номер {d} не отвечает, запишите сообщение
абонент разговаривает по другой линии, оставайтесь на линии или оставьте сообщение""",
        "screening": """здравствуйте, я голосовой помощник абонента, представьтесь, пожалуйста, и скажите, по какому вопросу вы звоните
вам отвечает секретарь {n}, что мне передать?
назовите ваше имя после сигнала
привет, я умный помощник, сейчас хозяин телефона занят, что передать?""",
        "ivr": """добро пожаловать в {c}, для связи с отделом продаж нажмите один, для поддержки нажмите два
спасибо за звонок, все разговоры записываются, дождитесь ответа оператора
все операторы заняты, оставайтесь на линии
если вы знаете внутренний номер, наберите его
для возврата в меню нажмите звёздочку""",
        "reply": """да, это я|слушаю вас
нет, спасибо, не интересует
а вы кто?
мне сейчас неудобно, перезвоните
хорошо|да""",
    },
    "it": {
        "person": """pronto?|pronto?
sì?|chi parla?
pronto, chi è?
pronto, sono {n}
ciao|pronto?
sì pronto, dica
buongiorno|pronto?
aspetta un attimo|sì, pronto?
{n}, mi dica
non la sento|pronto?""",
        "business": """{c}, buongiorno, sono {n}, come posso aiutarla?|pronto?
{c}, buonasera|pronto?
buongiorno, {c}, con chi desidera parlare?
grazie per aver chiamato {c}, sono {n}, mi dica pure|pronto?
segreteria dello studio, buongiorno|pronto?""",
        "machine": """ciao, sono {n}, non posso rispondere, lascia un messaggio dopo il segnale acustico
risponde la segreteria telefonica di {n}, lasciate un messaggio
in questo momento non siamo in casa, lasciate un messaggio dopo il bip
{c}, i nostri uffici sono chiusi, vi preghiamo di richiamare
lascia un messaggio, ti richiamo
sono fuori ufficio fino a lunedì, scrivetemi una mail""",
        "carrier": """la persona chiamata non è al momento raggiungibile, lasciate un messaggio dopo il segnale acustico
servizio di segreteria telefonica, il numero {d} non risponde
benvenuto nella casella vocale, registri il suo messaggio
il cliente da lei chiamato non è raggiungibile, la preghiamo di richiamare più tardi
la sua chiamata è stata trasferita alla segreteria""",
        "screening": """salve, la persona chiamata usa un assistente, dica il suo nome e il motivo della chiamata
per favore dica il suo nome dopo il segnale
sono l'assistente virtuale di {n}, chi parla?
prima di passarle la chiamata, mi dica chi è""",
        "ivr": """benvenuto in {c}, per vendite prema uno, per assistenza prema due
grazie per aver chiamato, la chiamata potrebbe essere registrata
tutti gli operatori sono occupati, la preghiamo di attendere
digiti il codice cliente seguito dal tasto cancelletto
per parlare con un operatore prema zero""",
        "reply": """sì, sono io|mi dica
no grazie, non mi interessa
chi parla, scusi?
adesso non posso, richiami più tardi
va bene|sì""",
    },
    "pt": {
        "person": """alô?|alô?
oi|alô?
sim?|quem fala?
alô, quem é?
{n} falando
pois não?
oi, aqui é {n}
está lá?|estou
bom dia|alô?
espera um pouco|oi, alô?""",
        "business": """{c}, bom dia, {n} falando, em que posso ajudar?|alô?
{c}, boa tarde|alô?
obrigado por ligar para {c}, meu nome é {n}, como posso ajudar?
recepção, bom dia, com quem deseja falar?|alô?
central de atendimento, {n}, bom dia|alô?""",
        "machine": """oi, aqui é {n}, não posso atender agora, deixe seu recado após o sinal
você ligou para {n}, deixe uma mensagem
no momento não estamos em casa, deixe o seu recado
{c}, nosso horário de atendimento é de segunda a sexta, ligue mais tarde
deixe seu recado que eu retorno
estou em reunião, me manda uma mensagem""",
        "carrier": """sua chamada está sendo encaminhada para a caixa postal e estará sujeita a cobrança após o sinal
o número chamado não está disponível, deixe sua mensagem após o sinal
caixa postal do número {d}, grave sua mensagem
a pessoa para quem você ligou não pode atender, deixe um recado após o bip
bem vindo ao correio de voz""",
        "screening": """olá, a pessoa para quem você está ligando usa um assistente, diga seu nome e o motivo da ligação
por favor diga seu nome após o sinal
sou a assistente virtual de {n}, qual o assunto?
antes de transferir, quem está falando?""",
        "ivr": """bem vindo à {c}, para vendas digite um, para suporte digite dois
sua ligação poderá ser gravada, digite o número do seu documento
todos os nossos atendentes estão ocupados, por favor aguarde na linha
se você já é cliente digite um
para falar com um atendente digite nove""",
        "reply": """sim, sou eu|pode falar
não, obrigado, não tenho interesse
quem está falando?
agora não posso, ligue mais tarde
tá bom|sim""",
    },
}
LANGUAGES = tuple(TEXTS)


def templates(language: str, kind: Kind, *, test: bool) -> list[tuple[int, str]]:
    """The templates of one side of the split, with their numbers."""
    lines = TEXTS[language][kind].splitlines()
    return [(number, line) for number, line in enumerate(lines) if (number % 5 == 3) == test]


def _pick(listed: str, rng: np.random.Generator, *, test: bool) -> str:
    words = [
        word
        for number, word in enumerate(listed.replace("\n", "").split(","))
        if (number % 3 == 2) == test
    ]
    return str(rng.choice(words))


def greeting(language: str, kind: Kind, rng: np.random.Generator, *, test: bool) -> Greeting:
    """One greeting, its blanks filled in."""
    found = templates(language, kind, test=test)
    number, text = found[int(rng.integers(len(found)))]
    text = text.replace("{n}", _pick(NAMES[language], rng, test=test))
    text = text.replace("{c}", _pick(COMPANIES[language], rng, test=test))
    digits = " ".join(str(digit) for digit in rng.integers(1, 10, int(rng.integers(3, 8))))
    text = text.replace("{d}", digits)
    return Greeting(kind, language, number, tuple(part.strip() for part in text.split("|")))
