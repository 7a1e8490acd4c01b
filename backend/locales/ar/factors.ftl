# Passkeys, authenticator apps and recovery codes, and the choice of another way.

## Another way
other-way = لا أستطيع فعل ذلك الآن
other-way-heading = اختر طريقة أخرى
other-way-nothing-heading = لا توجد طريقة أخرى هنا
other-way-none-heading = لا تناسبك أي منها؟
other-way-none-next = أخبر { $agent } إذا كنت في مكالمة، أو اتصل بمكتب دعم تقنية المعلومات في { $company } على رقم الهاتف الذي تعرفه مسبقًا. إذا أنهيت هذا التحقق فسيعلم مكتب الدعم فورًا ولن يتم تأكيد أي شيء.
other-way-none = إنهاء هذا التحقق

## Passkey
passkey-heading = استخدم مفتاح المرور
passkey-what = سيطلب جهازك بصمتك أو وجهك أو رمز PIN الخاص به. لا يغادر أي من ذلك الجهاز.
passkey-button = استخدام مفتاح المرور
passkey-no-script = يحتاج مفتاح المرور إلى برامج نصية، وهذا المتصفح لا يشغّلها. اختر طريقة أخرى.
passkey-unsupported = لا يستطيع هذا المتصفح استخدام مفاتيح المرور. اختر طريقة أخرى.
passkey-not-done = لم يُكمل جهازك ذلك. حاول مرة أخرى أو اختر طريقة أخرى.
passkey-wrong = لم يُقبل مفتاح المرور هذا. المحاولات المتبقية: { $tries }.

## Authenticator app
app-heading = أدخل رمز تطبيق المصادقة
app-hint = افتح التطبيق على هاتفك. يعرض رمزًا جديدًا كل 30 ثانية؛ ابحث عن { $company }.
app-wrong = هذا الرمز غير مطابق أو سبق استخدامه. انتظر الرمز التالي. المحاولات المتبقية: { $tries }.

## Recovery code
recovery-heading = أدخل رمز استرداد
recovery-label = رمز الاسترداد
recovery-hint = أحد الرموز التي حفظتها هنا سابقًا: 16 حرفًا ورقمًا. يصلح كل منها مرة واحدة.
recovery-wrong = هذا الرمز غير مطابق أو سبق استخدامه. المحاولات المتبقية: { $tries }.
recovery-not-complete = أدخل رمز الاسترداد كاملًا: 16 حرفًا ورقمًا.

## After a pass: the offer
enrol-offer-heading = أسرع في المرة القادمة
enrol-offer = أضف الآن مفتاح مرور أو تطبيق مصادقة لتأكيد هويتك به بعد ذلك. يستغرق الأمر دقيقة.
enrol-offer-button = إضافة طريقة
enrol-another-heading = طريقة أخرى
enrol-another = لديك هنا بالفعل طريقة لتأكيد هويتك. أضف طريقة أخرى ليوم لا تكون فيه في متناولك.

## After a pass: adding
enrol-heading = أضف طريقة لتأكيد هويتك
enrol-time-left = الدقائق المتبقية: { $minutes }. ستصل رسالة عمّا تضيفه إلى جهات الاتصال المسجّلة لك لدى { $company }.
enrol-passkey-heading = مفتاح المرور
enrol-passkey-what = تؤكد ببصمتك أو وجهك أو رمز PIN لجهازك. لا يستطيع أحد انتزاعه منك عبر الهاتف.
enrol-passkey-count = مفاتيح المرور لديك هنا: { $count }
enrol-passkey-button = إضافة مفتاح مرور
enrol-passkey-full = لديك هنا الحد الأقصى من مفاتيح المرور.
enrol-app-heading = تطبيق المصادقة
enrol-app-what = يعرض تطبيق على هاتفك رمزًا جديدًا من ست خانات كل 30 ثانية.
enrol-app-have = لديك تطبيق بالفعل. سيحل التطبيق الجديد محله.
enrol-app-button = إضافة تطبيق مصادقة
enrol-codes-heading = رموز الاسترداد
enrol-codes-what = ليوم تفقد فيه هاتفك. الرموز الجديدة تلغي القديمة. الرموز المتبقية: { $count }
enrol-codes-button = إنشاء رموز استرداد جديدة
enrol-leave = العودة إلى النتيجة
enrol-not-done = تعذرت الإضافة. حاول مرة أخرى.
enrol-closed-heading = لا يمكن إضافة شيء الآن
enrol-closed-next = لا يمكن إضافة طريقة إلا لوقت قصير بعد تأكيد هويتك وفي المتصفح نفسه. يمكنك ذلك في المرة القادمة.

## Adding the authenticator app
add-app-heading = أضف تطبيق المصادقة
add-app-scan = امسح هذه الصورة باستخدام التطبيق.
add-app-picture = رمز QR يحتوي على المفتاح لتطبيق المصادقة
add-app-open = التطبيق على هذا الجهاز: افتحه
add-app-key = أو اكتب هذا المفتاح في التطبيق:
add-app-code = الرمز الذي يعرضه التطبيق الآن
add-app-wrong = هذا الرمز غير مطابق. تأكد من صحة ساعة هاتفك وأدخل أحدث رمز.

## Added
added-passkey = تمت إضافة مفتاح المرور
added-app = تمت إضافة تطبيق المصادقة
added-codes = رموز الاسترداد الجديدة
added-next = يمكنك من الآن تأكيد هويتك به. ستصل رسالة بذلك إلى جهات الاتصال المسجّلة لك.
codes-heading = احفظ رموز الاسترداد
codes-what = لا تظهر إلا الآن. يصلح كل منها مرة واحدة ليوم تفقد فيه هاتفك. احفظها على ورق أو في مدير كلمات مرور؛ لا أحد من مكتب الدعم يطلبها عبر الهاتف.
codes-for = { $name }، { $company }
codes-copy = نسخ الرموز
codes-copied = تم النسخ
codes-print = طباعة الرموز
codes-saved = لقد حفظتها
enrol-again = إضافة طريقة أخرى

## The message to the contacts on file. Short: it stands in a text message, too.
notice-passkey-added = تمت إضافة مفتاح مرور لتأكيد هويتك
notice-app-added = تمت إضافة تطبيق مصادقة لتأكيد هويتك
notice-codes-made = تم إنشاء رموز استرداد جديدة لتأكيد هويتك
