# Remise

code-redirected = Le premier contact n’a pas pu être joint ; nous avons donc envoyé le code à un autre.
code-help-elsewhere = S’il ne peut pas être joint du tout, le code est envoyé à un autre contact enregistré : affichez de nouveau cette page pour voir lequel.
