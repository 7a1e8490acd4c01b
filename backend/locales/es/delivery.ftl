# Entrega

code-redirected = No se pudo llegar al primer contacto, por lo que hemos enviado el código a otro.
code-help-elsewhere = Si no se puede llegar a él de ninguna manera, el código se envía a otro contacto registrado: vuelva a mostrar esta página para ver a cuál.
