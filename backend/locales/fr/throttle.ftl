too-often-heading = Trop de tentatives en peu de temps
too-often-next = Rien n’a été compté et rien n’a été modifié. Vous pourrez continuer dans { $wait }.
