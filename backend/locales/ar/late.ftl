## To the manager, when the verification has passed without their answer
approval-back-heading = تم تأكيد هوية { $requester } من دون إجابتك
approval-back-what = استمر التحقق بطريقة أخرى، ويمكن الآن إتمام الطلب باسم { $requester }. إذا لم يكن { $requester } هو من طلب هذا، فارفض: يُسحب الإذن فورًا ويُبلَّغ مكتب الدعم.
approval-back-else = إذا كان الطلب صحيحًا، فلا يلزمك فعل أي شيء آخر.
