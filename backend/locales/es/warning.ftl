# A los contactos registrados, después de que alguien dijera que no había pedido una verificación.
warning-heading = Se ha detenido una solicitud hecha en su nombre
mail-warning-what = Alguien ha pedido ayuda al soporte informático en su nombre. Quien recibió el enlace para confirmar su identidad ha dicho que no lo había pedido, así que la solicitud se ha detenido. No se ha cambiado nada en su cuenta.
mail-warning-fine = ¿Lo ha dicho usted? Entonces no tiene que hacer nada más.
mail-warning-not-you = Puede que alguien intente usar su nombre.
sms-warning = { $company } { $ticket }: solicitud en su nombre detenida, no se ha cambiado nada. ¿No la esperaba? Llame al soporte.
