# El inicio de sesión con la cuenta de la empresa, y el responsable que confirma una solicitud.

## Inicio de sesión con la cuenta de la empresa
sign-in-heading = Inicie sesión con su cuenta de { $company }
sign-in-what = Irá a { $provider } e iniciará sesión allí con su propia cuenta, aunque ya la tenga iniciada. Después volverá aquí.
sign-in-button = Ir a { $provider }
sign-in-help-heading = No puedo iniciar sesión
sign-in-help = Si ha perdido lo que necesita para ello, elija otra forma o dígaselo a { $agent }. No inicie nunca sesión con la cuenta de otra persona: la verificación fallaría.
sign-in-down = En este momento no se puede acceder a { $provider }. Espere un minuto e inténtelo de nuevo, o elija otra forma.
sign-in-declined = El inicio de sesión no se completó. Inténtelo de nuevo, o elija otra forma.
sign-in-void = Este inicio de sesión no cuenta. Tardó demasiado, o no empezó en esta página. Inténtelo de nuevo, o elija otra forma.
sign-in-too-often = Ha empezado este inicio de sesión demasiadas veces. Elija otra forma, o llame al soporte informático de { $company } al número que ya conoce.
sign-in-leaving-heading = A continuación: { $provider }
sign-in-leaving = La página de { $provider } se abre por sí sola. Si no es así, pulse el botón.
sign-in-back-heading = Ya casi está
sign-in-back = Pulse el botón para volver a la verificación con su inicio de sesión.

## La solicitud al responsable
manager-heading = Pida a su responsable que lo confirme
manager-what = Enviaremos un correo a { $manager } para preguntar si esta solicitud es auténtica. { $manager } debería llamarle antes de responder, así que tenga el teléfono a mano.
manager-button = Preguntar a { $manager }
manager-asked-heading = Hemos preguntado a { $manager }
manager-waiting = Deje esta página abierta. Busca la respuesta por sí sola. Minutos restantes para responder: { $minutes }
manager-late-heading = { $manager } no ha respondido
manager-late = La solicitud ha caducado sin respuesta. Puede volver a enviarla, o elegir otra forma.
manager-again = Volver a enviar la solicitud
manager-again-in = Podrá volver a enviar la solicitud en { $wait }.
manager-reload = Ver ahora si hay respuesta
manager-sent-again = La solicitud se ha vuelto a enviar. Solo vale la más reciente.
manager-no-more = No se pueden enviar más solicitudes. Si no recibe respuesta, elija otra forma, o llame al soporte informático de { $company } al número que ya conoce.
manager-limit = { $manager } ha recibido demasiadas solicitudes. Inténtelo de nuevo en { $wait }, o elija otra forma.

## La página del responsable
approval-heading = ¿Ha pedido esto { $requester }?
approval-who = { $agent }, del soporte informático de { $company }, está ayudando a alguien que dice ser { $requester }. Ticket { $ticket }.
approval-who-action = { $agent }, del soporte informático de { $company }, está ayudando a alguien que dice ser { $requester }. Ticket { $ticket }: { $action }.
approval-check-heading = Antes de responder
approval-check-call = Llame a { $requester } a un número que ya conozca. No use un número de un mensaje, ni se fíe de una llamada que haya recibido.
approval-check-ask = Pregunte si está en contacto con { $agent } en este momento, y para qué.
approval-check-hurry = Si alguien le mete prisa, o no consigue hablar con { $requester }, rechace la solicitud.
approval-spoke = He hablado con { $requester } en un número que ya conocía, y la solicitud es suya
approval-spoke-missing = Para aprobar, confirme que ha hablado con { $requester }.
approval-approve = Aprobar
approval-refuse = Rechazar
approval-minutes-left = Minutos restantes para responder: { $minutes }
approval-approved-heading = Ha aprobado la solicitud
approval-approved-next = { $requester } ya puede continuar. No tiene que hacer nada más; puede cerrar esta página.
approval-refused-heading = Ha rechazado la solicitud
approval-refused-next = No se hará nada para quien lo pidió, y el soporte ya lo sabe. Si alguien pudiera estar usando el nombre de { $requester }, avise a { $requester } ahora, a un número que ya conozca.
approval-answered-heading = Esta solicitud ya fue respondida
approval-answered-next = Una respuesta cuenta una sola vez; ahora no se ha cambiado nada. Si no fue usted quien respondió, llame al soporte informático de { $company } al número que ya conoce.
approval-late-heading = Esta solicitud ha caducado
approval-late-next = No se ha cambiado nada. Si su respuesta sigue siendo necesaria, recibirá un mensaje nuevo.
approval-replaced-heading = Hay una solicitud más reciente
approval-replaced-next = No se ha cambiado nada. Abra el mensaje más reciente; solo ese vale.
approval-not-needed-heading = Su respuesta ya no es necesaria
approval-not-needed-next = La verificación ha terminado, o siguió sin ella. Si cree que algo no está bien, llame al soporte informático de { $company } al número que ya conoce.
approval-own-heading = Este enlace es para el responsable
approval-own-next = La verificación de { $requester } se hace en este navegador, así que desde aquí no cuenta ninguna respuesta, y no se ha cambiado nada. El responsable debe abrir el enlace en un dispositivo propio.

## El mensaje al responsable
approval-mail-subject = { $company }: ¿ha pedido esto { $requester }? Ticket { $ticket }
approval-mail-who = { $agent }, del soporte informático, está ayudando a alguien que dice ser { $requester }. Usted consta como responsable de { $requester }.
approval-mail-who-no-agent = El soporte informático está ayudando a alguien que dice ser { $requester }. Usted consta como responsable de { $requester }.
approval-mail-call = Antes de responder, llame a { $requester } a un número que ya conozca.
approval-mail-button = Ver la solicitud
approval-mail-open = Para responder, abra este enlace:
approval-mail-keep-heading = No comparta este mensaje
approval-mail-keep = Quien tenga el enlace puede responder en su nombre. No se lo pase a nadie, ni siquiera a { $requester }.
approval-mail-doubt-heading = ¿No sabe nada de esto?
approval-mail-doubt = Rechace la solicitud en la página, o no haga nada.
