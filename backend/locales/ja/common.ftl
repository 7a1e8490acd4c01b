# ポータルとメッセージに共通する語。です・ます体。

service-desk-of = { $company } ITサービスデスク

action-password-reset = パスワードのリセット
action-account-unlock = アカウントのロック解除
action-mfa-reset = 二段階目のサインイン方法のリセット

label-password-reset = パスワードのリセット
label-account-unlock = アカウントのロック解除
label-mfa-reset = 二段階目のサインイン方法のリセット

duration-minutes = { $minutes }分
duration-hours = { $hours }時間

wait-less-than-a-minute = 1分以内
wait-about-minutes = 約{ $minutes }分
wait-about-hours = 約{ $hours }時間
