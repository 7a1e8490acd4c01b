# Zustellung

code-redirected = Der Kontakt, an den wir den Code zuerst gesendet haben, war nicht erreichbar. Deshalb haben wir ihn an einen anderen gesendet.
code-help-elsewhere = Ist er gar nicht erreichbar, geht der Code an einen anderen hinterlegten Kontakt: Rufen Sie diese Seite neu auf, um zu sehen, an welchen.
