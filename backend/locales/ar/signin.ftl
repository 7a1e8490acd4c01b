# تسجيل الدخول بحساب الشركة، والمدير الذي يؤكد الطلب.

## تسجيل الدخول بحساب الشركة
sign-in-heading = سجّل الدخول بحسابك لدى { $company }
sign-in-what = ستنتقل إلى { $provider } وتسجّل الدخول هناك بحسابك أنت، حتى لو كنت قد سجّلت الدخول من قبل. ثم تعود إلى هنا.
sign-in-button = الانتقال إلى { $provider }
sign-in-help-heading = لا أستطيع تسجيل الدخول
sign-in-help = إذا فقدت ما تحتاج إليه لذلك، فاختر طريقة أخرى أو أخبر { $agent }. لا تسجّل الدخول أبدًا بحساب شخص آخر: عندها يفشل التحقق.
sign-in-down = لا يمكن الوصول إلى { $provider } في الوقت الحالي. انتظر دقيقة وحاول مرة أخرى، أو اختر طريقة أخرى.
sign-in-declined = لم يكتمل تسجيل الدخول. حاول مرة أخرى، أو اختر طريقة أخرى.
sign-in-void = لا يُحتسب تسجيل الدخول هذا. فقد استغرق وقتًا طويلًا، أو لم يبدأ من هذه الصفحة. حاول مرة أخرى، أو اختر طريقة أخرى.
sign-in-too-often = بدأت تسجيل الدخول هذا مرات أكثر من اللازم. اختر طريقة أخرى، أو اتصل بمكتب دعم تقنية المعلومات في { $company } على رقم الهاتف الذي تعرفه مسبقًا.
sign-in-leaving-heading = الخطوة التالية: { $provider }
sign-in-leaving = تُفتح صفحة { $provider } تلقائيًا. وإن لم تُفتح فاضغط على الزر.
sign-in-back-heading = أوشكت على الانتهاء
sign-in-back = اضغط على الزر للعودة بتسجيل دخولك إلى التحقق.

## سؤال المدير
manager-heading = اطلب من مديرك التأكيد
manager-what = نرسل إلى { $manager } رسالة بريد إلكتروني ونسأل عما إذا كان هذا الطلب حقيقيًا. ينبغي أن يتصل بك { $manager } قبل الإجابة، فأبقِ هاتفك قريبًا منك.
manager-button = سؤال { $manager }
manager-asked-heading = سألنا { $manager }
manager-waiting = أبقِ هذه الصفحة مفتوحة. فهي تبحث عن الإجابة تلقائيًا. الدقائق المتبقية للإجابة: { $minutes }
manager-late-heading = لم يُجب { $manager }
manager-late = انتهت صلاحية الطلب دون إجابة. يمكنك إرساله مرة أخرى، أو اختيار طريقة أخرى.
manager-again = إرسال الطلب مرة أخرى
manager-again-in = يمكنك إرسال الطلب مرة أخرى بعد { $wait }.
manager-reload = البحث عن الإجابة الآن
manager-sent-again = أُرسل الطلب مرة أخرى. ولا يعمل إلا أحدث طلب.
manager-no-more = لا يمكن إرسال المزيد من الطلبات. إذا لم تصلك إجابة فاختر طريقة أخرى، أو اتصل بمكتب دعم تقنية المعلومات في { $company } على رقم الهاتف الذي تعرفه مسبقًا.
manager-limit = تلقى { $manager } طلبات أكثر من اللازم. حاول مرة أخرى بعد { $wait }، أو اختر طريقة أخرى.

## صفحة المدير
approval-heading = هل طلب { $requester } هذا؟
approval-who = يساعد { $agent } من مكتب دعم تقنية المعلومات في { $company } شخصًا يقول إنه { $requester }. التذكرة { $ticket }.
approval-who-action = يساعد { $agent } من مكتب دعم تقنية المعلومات في { $company } شخصًا يقول إنه { $requester }. التذكرة { $ticket }: { $action }.
approval-check-heading = قبل أن تجيب
approval-check-call = اتصل بـ { $requester } على رقم تعرفه مسبقًا. لا تستخدم رقمًا ورد في رسالة، ولا تعتمد على مكالمة تلقيتها.
approval-check-ask = اسأل عما إذا كان على تواصل مع { $agent } الآن، ولأي غرض.
approval-check-hurry = إذا استعجلك أحد، أو لم تتمكن من الوصول إلى { $requester }، فارفض.
approval-spoke = تحدثت مع { $requester } على رقم كنت أعرفه مسبقًا، وهو من طلب هذا
approval-spoke-missing = للموافقة، أكّد أنك تحدثت مع { $requester }.
approval-approve = موافقة
approval-refuse = رفض
approval-minutes-left = الدقائق المتبقية للإجابة: { $minutes }
approval-approved-heading = وافقت على الطلب
approval-approved-next = يمكن لـ { $requester } المتابعة الآن. لم يبقَ لك ما تفعله، ويمكنك إغلاق هذه الصفحة.
approval-refused-heading = رفضت الطلب
approval-refused-next = لن يُنفَّذ شيء لمن قدّم الطلب، ومكتب الدعم على علم بذلك. إذا كان هناك من قد يستخدم اسم { $requester }، فأخبر { $requester } الآن على رقم تعرفه مسبقًا.
approval-answered-heading = سبقت الإجابة عن هذا الطلب
approval-answered-next = تُحتسب الإجابة مرة واحدة، ولذلك لم يتغير شيء الآن. إذا لم تكن أنت من أجاب، فاتصل بمكتب دعم تقنية المعلومات في { $company } على رقم الهاتف الذي تعرفه مسبقًا.
approval-late-heading = انتهت صلاحية هذا الطلب
approval-late-next = لم يتغير شيء. إذا كانت إجابتك لا تزال مطلوبة فستصلك رسالة جديدة.
approval-replaced-heading = يوجد طلب أحدث
approval-replaced-next = لم يتغير شيء. افتح أحدث رسالة، فهي وحدها التي تعمل.
approval-not-needed-heading = لم تعد إجابتك مطلوبة
approval-not-needed-next = انتهى التحقق، أو استمر من دونها. إذا رأيت أن هناك خطأ ما، فاتصل بمكتب دعم تقنية المعلومات في { $company } على رقم الهاتف الذي تعرفه مسبقًا.
approval-own-heading = هذا الرابط مخصص للمدير
approval-own-next = يجري التحقق من { $requester } في هذا المتصفح، ولذلك لا تُحتسب أي إجابة من هنا، ولم يتغير شيء. يفتح المدير الرابط على جهازه الخاص.

## الرسالة إلى المدير
approval-mail-subject = { $company }: هل طلب { $requester } هذا؟ التذكرة { $ticket }
approval-mail-who = يساعد { $agent } من مكتب دعم تقنية المعلومات شخصًا يقول إنه { $requester }. وأنت مسجّل مديرًا لـ { $requester }.
approval-mail-who-no-agent = يساعد مكتب دعم تقنية المعلومات شخصًا يقول إنه { $requester }. وأنت مسجّل مديرًا لـ { $requester }.
approval-mail-call = قبل أن تجيب، اتصل بـ { $requester } على رقم تعرفه مسبقًا.
approval-mail-button = عرض الطلب
approval-mail-open = للإجابة، افتح هذا الرابط:
approval-mail-keep-heading = احتفظ بهذه الرسالة لنفسك
approval-mail-keep = يستطيع كل من لديه الرابط أن يجيب باسمك. لا تمرره إلى أحد، ولا حتى إلى { $requester }.
approval-mail-doubt-heading = لا علم لك بهذا؟
approval-mail-doubt = ارفض في الصفحة، أو لا تفعل شيئًا.
