# Passkeys, authenticator apps and recovery codes, and the choice of another way.

## Another way
other-way = No puedo hacerlo ahora
other-way-heading = Elija otra manera
other-way-nothing-heading = Aquí no hay otra manera
other-way-none-heading = ¿Ninguna le sirve?
other-way-none-next = Dígaselo a { $agent } si está al teléfono, o llame al soporte informático de { $company } al número que ya conoce. Si termina esta verificación, el soporte lo sabrá enseguida y no se confirmará nada.
other-way-none = Terminar esta verificación

## Passkey
passkey-heading = Use su llave de acceso
passkey-what = Su dispositivo le pedirá la huella, la cara o su PIN. Nada de eso sale del dispositivo.
passkey-button = Usar mi llave de acceso
passkey-no-script = Una llave de acceso necesita scripts y este navegador no los ejecuta. Elija otra manera.
passkey-unsupported = Este navegador no puede usar llaves de acceso. Elija otra manera.
passkey-not-done = Su dispositivo no ha terminado. Inténtelo de nuevo o elija otra manera.
passkey-wrong = Esta llave de acceso no se ha aceptado. Intentos restantes: { $tries }.

## Authenticator app
app-heading = Escriba el código de su aplicación de autenticación
app-hint = Abra la aplicación en su teléfono. Muestra un código nuevo cada 30 segundos; busque { $company }.
app-wrong = Ese código no coincide o ya se ha usado. Espere al siguiente. Intentos restantes: { $tries }.

## Recovery code
recovery-heading = Escriba un código de recuperación
recovery-label = Código de recuperación
recovery-hint = Uno de los códigos que guardó aquí anteriormente: 16 letras y cifras. Cada uno sirve una vez.
recovery-wrong = Ese código no coincide o ya se ha usado. Intentos restantes: { $tries }.
recovery-not-complete = Escriba el código de recuperación completo: 16 letras y cifras.

## After a pass: the offer
enrol-offer-heading = La próxima vez, más rápido
enrol-offer = Añada ahora una llave de acceso o una aplicación de autenticación y podrá confirmar con ella su identidad en adelante. Lleva un minuto.
enrol-offer-button = Añadir una manera
enrol-another-heading = Una manera más
enrol-another = Ya tiene aquí una manera de confirmar su identidad. Añada otra para el día en que no la tenga a mano.

## After a pass: adding
enrol-heading = Añada una manera de confirmar su identidad
enrol-time-left = Minutos restantes: { $minutes }. Se enviará un mensaje sobre lo que añada a los contactos que { $company } tiene registrados para usted.
enrol-passkey-heading = Llave de acceso
enrol-passkey-what = Confirma con la huella, la cara o el PIN de su dispositivo. Nadie puede sonsacársela por teléfono.
enrol-passkey-count = Llaves de acceso que tiene aquí: { $count }
enrol-passkey-button = Añadir una llave de acceso
enrol-passkey-full = Ya tiene aquí el máximo de llaves de acceso.
enrol-app-heading = Aplicación de autenticación
enrol-app-what = Una aplicación en su teléfono muestra un código nuevo de seis cifras cada 30 segundos.
enrol-app-have = Ya tiene una. Otra la sustituye.
enrol-app-button = Añadir una aplicación de autenticación
enrol-codes-heading = Códigos de recuperación
enrol-codes-what = Para el día en que pierda el teléfono. Los códigos nuevos anulan los anteriores. Códigos restantes: { $count }
enrol-codes-button = Crear códigos de recuperación nuevos
enrol-leave = Volver al resultado
enrol-not-done = No se ha podido añadir. Inténtelo de nuevo.
enrol-closed-heading = Ahora no se puede añadir nada
enrol-closed-next = Solo se puede añadir una manera poco después de confirmar su identidad y en el mismo navegador. Podrá hacerlo la próxima vez.

## Adding the authenticator app
add-app-heading = Añada su aplicación de autenticación
add-app-scan = Escanee esta imagen con la aplicación.
add-app-picture = Código QR con la clave para su aplicación de autenticación
add-app-open = La aplicación está en este dispositivo: abrirla
add-app-key = O escriba esta clave en la aplicación:
add-app-code = El código que la aplicación muestra ahora
add-app-wrong = Ese código no coincide. Compruebe que el reloj de su teléfono va bien y escriba el código más reciente.

## Added
added-passkey = Su llave de acceso se ha añadido
added-app = Su aplicación de autenticación se ha añadido
added-codes = Sus códigos de recuperación nuevos
added-next = A partir de ahora puede confirmar su identidad con ella. Se enviará un mensaje sobre esto a sus contactos registrados.
codes-heading = Guarde sus códigos de recuperación
codes-what = Solo se muestran ahora. Cada uno sirve una vez, para el día en que pierda el teléfono. Guárdelos en papel o en un gestor de contraseñas; nadie del soporte los pide por teléfono.
codes-for = { $name } · { $company }
codes-copy = Copiar los códigos
codes-copied = Copiado
codes-print = Imprimir los códigos
codes-saved = Los he guardado
enrol-again = Añadir otra manera

## The message to the contacts on file. Short: it stands in a text message, too.
notice-passkey-added = Se ha añadido una llave de acceso para confirmar su identidad
notice-app-added = Se ha añadido una aplicación de autenticación para confirmar su identidad
notice-codes-made = Se han creado códigos de recuperación nuevos para confirmar su identidad
