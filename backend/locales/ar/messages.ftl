# رسائل البريد الإلكتروني والرسائل النصية. صيغة رسمية.

mail-ticket = التذكرة:
mail-request = الطلب:
mail-asked-by = مرسل الطلب:
mail-agent-of-desk = { $agent }، مكتب دعم تقنية المعلومات
mail-not-me-heading = لم أطلب هذا
mail-call-the-desk = اتصل بمكتب الدعم على رقم هاتف تعرفه مسبقًا، أو:
mail-automatic = أُرسلت هذه الرسالة تلقائيًا. لا تُقرأ الردود عليها.

mail-link-subject = { $company }: تأكيد هويتك للتذكرة { $ticket }
mail-link-heading = تأكيد هويتك
mail-link-agent-asks = يطلب منك { $agent } من مكتب دعم تقنية المعلومات تأكيد هويتك.
mail-link-desk-asks = يطلب منك مكتب دعم تقنية المعلومات تأكيد هويتك.
mail-link-button = بدء التحقق
mail-link-open = للبدء، افتح هذا الرابط:
mail-link-life = يعمل الرابط مرة واحدة، وتنتهي صلاحيته بعد { $life } من إرساله.
mail-link-replaces = لم يعد الرابط السابق صالحًا.
mail-link-have-desk = ابقَ على تواصل مع مكتب الدعم: فقد تطلب منك الصفحة رقمًا يخبرك به المكتب.
mail-link-copy = إذا لم يعمل الزر، فانسخ هذا العنوان إلى متصفحك:
mail-never-heading = ما لن يطلبه منك أحد
mail-never = كلمة مرورك، أو رمز أُرسل إليك. لا عبر الهاتف ولا عبر البريد الإلكتروني ولا في محادثة. لا تُدخل الرموز إلا في الصفحة التي فتحتها بنفسك.
mail-link-not-me = لا تفتح الرابط.

mail-code-subject = { $company }: رمزك للتذكرة { $ticket }
mail-code-heading = رمزك
mail-code-is = رمزك: { $code }
mail-code-use = أدخله في الصفحة المفتوحة لديك. تنتهي صلاحيته بعد { $life } من إرساله.
mail-code-never-heading = لا تخبر أحدًا بهذا الرمز
mail-code-never = لا عبر الهاتف ولا عبر البريد الإلكتروني ولا في محادثة، ولا حتى مكتب الدعم. من يطلبه منك لا يريد مساعدتك.
mail-code-not-me = قد يكون هناك من يحاول استخدام اسمك.

sms-link = تأكيد الهوية لدى { $company }، { $ticket }: بطلب من { $agent }: { $url } (صالح { $life }).
sms-link-no-agent = تأكيد الهوية لدى { $company }، { $ticket }: { $url } (صالح { $life }).
sms-older-links = الروابط السابقة ملغاة.
sms-not-you = لم تطلب هذا؟ تجاهله.
sms-code = رمزك لدى { $company }، { $ticket }: { $code }. صالح { $life }. لا تخبر به أحدًا، ولا حتى مكتب الدعم.
sms-minutes = { $minutes } دقيقة
sms-hours = { $hours } ساعة
