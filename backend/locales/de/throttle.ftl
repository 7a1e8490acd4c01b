too-often-heading = Zu viele Versuche in kurzer Zeit
too-often-next = Es wurde nichts gezählt und nichts geändert. Sie können in { $wait } fortfahren.
