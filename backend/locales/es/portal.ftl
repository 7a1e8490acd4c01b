# Las páginas que ve la persona solicitante. Tratamiento de usted.
# «número»: lo que se lee por teléfono; «código»: lo que enviamos.

identity-check = Comprobación de identidad
footer = Comprobación de identidad de imper.ai
desk-contact = Soporte informático de { $company }: { $contact }
language-switch = Idioma
language-change = Cambiar de idioma
button-begin = Empezar
button-continue = Continuar
go-back = Volver
go-on = Seguir con la verificación
not-me = Yo no he pedido esto
error-prefix = Error:
there-is-a-problem = Hay un problema
step = Paso { $number } de { $steps }

confirm-your-identity = Confirme su identidad
who-asks = { $agent }, del soporte informático de { $company }, le pide que confirme su identidad para el ticket { $ticket }.
who-asks-action = { $agent }, del soporte informático de { $company }, le pide que confirme su identidad para el ticket { $ticket }: { $action }.
what-happens = Qué va a pasar
how-long = Tardará unos dos minutos. Una vez que empiece, dispone de 15 minutos.
only-if-you-asked = Continúe solo si ha pedido usted ayuda al soporte. Aquí nadie le pedirá su contraseña actual.
what-is-noted = Para detectar abusos, esta comprobación también tiene en cuenta su navegador, su idioma y su zona horaria.
check-call-number = Escribirá un número que { $agent } le leerá por teléfono.
check-on-file-code = Escribirá un código que enviaremos a un contacto que { $company } tiene registrado para usted.
check-passkey = Usará la llave de acceso que añadió aquí anteriormente.
check-authenticator-app = Escribirá un código de su aplicación de autenticación.
check-recovery-code = Escribirá uno de sus códigos de recuperación.
check-company-sign-in = Iniciará sesión con su cuenta de { $company }.
check-manager-approval = Su responsable confirmará que se trata de usted.

stop-heading = ¿No ha pedido esto?
stop-what-it-means = Entonces es posible que alguien esté usando su nombre. Detendremos esta verificación de inmediato y avisaremos al soporte. No podrá volver a iniciarse con el mismo enlace.
stop-button = Detener la verificación

number-heading = Escriba el número que oye
number-label = Número de dos cifras
number-hint = { $agent } se lo lee por teléfono.
number-not-complete = Escriba las dos cifras que oye por teléfono.
number-wrong = Ese número no coincide. { $tries ->
    [one] Le queda 1 intento.
   *[other] Le quedan { $tries } intentos.
}
number-help-heading = No oigo ningún número
number-help = Pida a { $agent } que vuelva a leer el número del ticket. Si no está al teléfono, llame al soporte informático de { $company } al número que ya conoce.

code-heading = Escriba el código que le hemos enviado
code-label = Código de seis cifras
code-hint = Lo hemos enviado a { $contact }, un contacto que { $company } tiene registrado para usted. Puede tardar un minuto en llegar y es válido durante diez minutos.
code-not-complete = Escriba las seis cifras del código.
code-wrong = Ese código no coincide. { $tries ->
    [one] Le queda 1 intento.
   *[other] Le quedan { $tries } intentos.
}
code-expired = Este código ha caducado. Un código es válido durante diez minutos.
code-expired-heading = Pida un código nuevo
code-help-heading = No recibo este código
code-help = Mire también entre los mensajes no deseados. Si ese contacto ya no es suyo, dígaselo a { $agent }, que puede detener esta verificación y ayudarle de otra manera.
code-resend = Enviar un código nuevo
code-resend-in = Podrá pedir un código nuevo en { $wait }.
code-reload = Volver a mostrar esta página
code-on-its-way = Hay un código nuevo en camino. Solo es válido el más reciente.
code-no-more = No se pueden enviar más códigos. Use el más reciente que haya recibido.
code-no-more-and-expired = No se pueden enviar más códigos. Para continuar, llame al soporte informático de { $company } al número que ya conoce.

confirmed-heading = Su identidad está confirmada
confirmed-next = { $agent } ve el resultado en el ticket { $ticket } y continúa a partir de ahí.
confirmed-next-action = { $agent } ve el resultado en el ticket { $ticket } y continúa con lo solicitado: { $action }.
confirmed-close = Puede cerrar esta página.
not-confirmed-heading = No hemos podido confirmar su identidad
not-confirmed-next = El soporte ya lo sabe. Para continuar, llame al soporte informático de { $company } al número que ya conoce.
no-way-left-heading = Aquí no podemos confirmar su identidad
no-way-left-why = { $company } no tiene registrado ningún contacto ni método de inicio de sesión que podamos usar para esta comprobación.
refused-heading = La verificación se ha detenido
refused-thanks = Gracias por avisarnos. El soporte sabe que usted no ha pedido esto y el enlace ya no funciona.
refused-next = Si le preocupa que alguien esté usando su nombre, llame al soporte informático de { $company } al número que ya conoce.
expired-heading = El tiempo se ha agotado
expired-nothing = No se ha confirmado ni se ha cambiado nada.
expired-next = Para volver a intentarlo, pida a { $agent } que le envíe un enlace nuevo.
cancelled-heading = El soporte ha detenido esta verificación
cancelled-nothing = Aquí ya no tiene que hacer nada más.
cancelled-next = Si todavía necesita ayuda, llame al soporte al número que ya conoce.

link-unknown-heading = Este enlace no funciona
link-unknown-why = Puede que esté incompleto. Ábralo de nuevo desde su mensaje o cópielo entero.
link-unknown-next = Si eso no ayuda, pida al soporte que le envíe un enlace nuevo.
link-expired-heading = Este enlace ha caducado
link-expired-why = Un enlace funciona poco tiempo para que nadie pueda usarlo más tarde.
link-expired-next = Pida al soporte que le envíe un enlace nuevo.
link-replaced-heading = Hay un enlace más reciente
link-replaced-why = Después de este enlace le enviamos otro, y solo funciona el más reciente.
link-replaced-next = Abra el mensaje más reciente.
link-used-heading = Este enlace ya se ha usado
link-used-why = Un enlace funciona una sola vez. Si fue usted quien empezó, en este navegador, puede seguir.
link-used-next = Si no fue usted, avise ahora al soporte al número que ya conoce.
no-session-heading = No hay ninguna verificación abierta en este navegador
no-session-elsewhere = Si empezó en otro navegador o en otro dispositivo, siga allí.
no-session-next = Si no ha empezado, abra el enlace de su mensaje. Si ya no funciona, pida al soporte que le envíe un enlace nuevo.

limit-heading = Se han enviado demasiados mensajes
limit-next = No se ha enviado ningún código nuevo. El siguiente podrá enviarse en { $wait }.
limit-newest = Es posible que el código más reciente que recibió aún sea válido.
internal-heading = Algo ha fallado por nuestra parte
internal-wait = Espere un momento y vuelva a intentarlo.
internal-again = Si vuelve a ocurrir, avise al soporte.
nothing-here-heading = Aquí no hay nada
nothing-here-next = Abra el enlace del mensaje que le envió el soporte.
wrong-method-heading = Esta página no se puede abrir de esta manera
wrong-method-nothing = No se ha cambiado nada.
foreign-heading = Esto no procedía de nuestra página
foreign-why = Otro sitio intentó responder por usted, así que no se ha cambiado nada.
foreign-next = Abra el enlace de su mensaje o siga aquí si ya ha empezado.
stale-heading = Esta página no estaba actualizada
stale-next = Su respuesta no se ha tenido en cuenta. Siga con la página actual.
