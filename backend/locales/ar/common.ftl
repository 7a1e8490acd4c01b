# كلمات مشتركة بين البوابة والرسائل. صيغة رسمية.

service-desk-of = مكتب دعم تقنية المعلومات في { $company }

action-password-reset = إعادة تعيين كلمة المرور
action-account-unlock = إلغاء قفل الحساب
action-mfa-reset = إعادة تعيين الخطوة الثانية لتسجيل الدخول

label-password-reset = إعادة تعيين كلمة المرور
label-account-unlock = إلغاء قفل الحساب
label-mfa-reset = إعادة تعيين الخطوة الثانية لتسجيل الدخول

duration-minutes = { $minutes ->
    [zero] { $minutes } دقيقة
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $minutes } دقائق
    [many] { $minutes } دقيقة
   *[other] { $minutes } دقيقة
}
duration-hours = { $hours ->
    [zero] { $hours } ساعة
    [one] ساعة واحدة
    [two] ساعتين
    [few] { $hours } ساعات
    [many] { $hours } ساعة
   *[other] { $hours } ساعة
}

wait-less-than-a-minute = أقل من دقيقة
wait-about-minutes = { $minutes ->
    [zero] نحو { $minutes } دقيقة
    [one] نحو دقيقة
    [two] نحو دقيقتين
    [few] نحو { $minutes } دقائق
    [many] نحو { $minutes } دقيقة
   *[other] نحو { $minutes } دقيقة
}
wait-about-hours = { $hours ->
    [zero] نحو { $hours } ساعة
    [one] نحو ساعة
    [two] نحو ساعتين
    [few] نحو { $hours } ساعات
    [many] نحو { $hours } ساعة
   *[other] نحو { $hours } ساعة
}
