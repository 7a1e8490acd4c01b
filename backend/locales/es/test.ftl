# Test messages, which administrators send to see what messages look like.
test-message = Mensaje de prueba: { $words }
test-notice = Esta es una prueba del aspecto de los mensajes. Nadie ha pedido nada: el enlace y el código que contiene no tienen ningún efecto.
