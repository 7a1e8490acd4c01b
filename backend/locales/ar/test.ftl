# Test messages, which administrators send to see what messages look like.
test-message = رسالة اختبار: { $words }
test-notice = هذا اختبار لشكل الرسائل. لم يطلب أحد شيئًا: الرابط والرمز الواردان هنا لا يفعلان أي شيء.
