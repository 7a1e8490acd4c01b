too-often-heading = Demasiados intentos en poco tiempo
too-often-next = No se ha contado ni cambiado nada. Podrá continuar en { $wait }.
