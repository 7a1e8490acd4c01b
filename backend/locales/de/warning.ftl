# An die hinterlegten Kontakte, nachdem jemand gesagt hat, dass eine Prüfung nicht von ihm stammt.
warning-heading = Eine Anfrage in Ihrem Namen wurde gestoppt
mail-warning-what = Jemand hat den IT-Servicedesk in Ihrem Namen um Hilfe gebeten. Wer den Link zur Bestätigung Ihrer Identität erhielt, hat gesagt, dass die Anfrage nicht von ihm stammt; sie wurde deshalb gestoppt. An Ihrem Konto wurde nichts geändert.
mail-warning-fine = Haben Sie das selbst gesagt? Dann ist nichts weiter zu tun.
mail-warning-not-you = Vielleicht versucht jemand, Ihren Namen zu benutzen.
sms-warning = { $company } { $ticket }: Anfrage in Ihrem Namen gestoppt, nichts wurde geändert. Unerwartet? Rufen Sie den Servicedesk an.
