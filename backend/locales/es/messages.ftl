# Correos y mensajes de texto. Tratamiento de usted.

mail-ticket = Ticket:
mail-request = Solicitud:
mail-asked-by = Lo pide:
mail-agent-of-desk = { $agent }, soporte informático
mail-not-me-heading = Yo no he pedido esto
mail-call-the-desk = Llame al soporte a un número que ya conozca, o bien:
mail-automatic = Este mensaje se ha enviado automáticamente. Las respuestas no se leen.

mail-link-subject = { $company }: confirme su identidad para el ticket { $ticket }
mail-link-heading = Confirme su identidad
mail-link-agent-asks = { $agent }, del soporte informático, le pide que confirme su identidad.
mail-link-desk-asks = El soporte informático le pide que confirme su identidad.
mail-link-button = Empezar la verificación
mail-link-open = Para empezar, abra este enlace:
mail-link-life = El enlace funciona una sola vez y caduca { $life } después de su envío.
mail-link-replaces = Un enlace anterior ya no funciona.
mail-link-have-desk = Tenga a mano el contacto con el soporte: la página puede pedirle un número que le dirán.
mail-link-copy = Si el botón no funciona, copie esta dirección en su navegador:
mail-never-heading = Lo que nadie le pedirá
mail-never = Su contraseña o un código que se le haya enviado. Ni por teléfono, ni por correo, ni en un chat. Los códigos se escriben únicamente en la página que usted mismo ha abierto.
mail-link-not-me = No abra el enlace.

mail-code-subject = { $company }: su código para el ticket { $ticket }
mail-code-heading = Su código
mail-code-is = Su código: { $code }
mail-code-use = Escríbalo en la página que tiene abierta. Caduca { $life } después de su envío.
mail-code-never-heading = No diga este código a nadie
mail-code-never = Ni por teléfono, ni por correo, ni en un chat; tampoco al soporte. Quien se lo pida no quiere ayudarle.
mail-code-not-me = Es posible que alguien esté intentando usar su nombre.

sms-link = { $company } { $ticket }: { $agent } le pide confirmar su identidad: { $url } ({ $life }).
sms-link-no-agent = { $company } { $ticket }: confirme su identidad: { $url } ({ $life }).
sms-older-links = Enlaces previos anulados.
sms-not-you = ¿No es usted? Ignore.
sms-code = { $company } { $ticket }: su código es { $code }. Caduca en { $life }. No lo diga a nadie, tampoco al soporte.
sms-minutes = { $minutes } min
sms-hours = { $hours } h
