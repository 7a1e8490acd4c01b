# メールとSMS。です・ます体。

mail-ticket = チケット:
mail-request = ご依頼内容:
mail-asked-by = 依頼者:
mail-agent-of-desk = { $agent }(ITサービスデスク)
mail-not-me-heading = この依頼に心当たりがない場合
mail-call-the-desk = すでにご存じの電話番号でサービスデスクにお電話いただくか、次の連絡先へご連絡ください:
mail-automatic = このメッセージは自動送信です。返信は読まれません。

mail-link-subject = { $company }: チケット { $ticket } のご本人確認のお願い
mail-link-heading = ご本人確認のお願い
mail-link-agent-asks = ITサービスデスクの{ $agent }が、ご本人確認をお願いしています。
mail-link-desk-asks = ITサービスデスクが、ご本人確認をお願いしています。
mail-link-button = 本人確認を開始する
mail-link-open = 開始するには、次のリンクを開いてください:
mail-link-life = リンクは一度だけ使用でき、送信から{ $life }で無効になります。
mail-link-replaces = 以前のリンクは無効になりました。
mail-link-have-desk = サービスデスクと連絡が取れる状態にしておいてください。担当者がお伝えする番号の入力を求められることがあります。
mail-link-copy = ボタンが機能しない場合は、次のアドレスをブラウザーにコピーしてください:
mail-never-heading = お尋ねすることのない情報
mail-never = パスワードや、お客様に送信されたコードを、電話、メール、チャットでお尋ねすることはありません。コードは、ご自身で開いたページにのみ入力してください。
mail-link-not-me = リンクを開かないでください。

mail-code-subject = { $company }: チケット { $ticket } のコード
mail-code-heading = コードのお知らせ
mail-code-is = コード: { $code }
mail-code-use = 開いているページに入力してください。送信から{ $life }で無効になります。
mail-code-never-heading = このコードを誰にも教えないでください
mail-code-never = 電話、メール、チャットのいずれでも教えないでください。サービスデスクにも伝えないでください。コードを尋ねる人は、お客様を助けようとしている人ではありません。
mail-code-not-me = 第三者がお客様の名前を使おうとしている可能性があります。

sms-link = { $company } { $ticket }: { $agent }がご本人確認をお願いしています。{ $url } ({ $life }有効)
sms-link-no-agent = { $company } { $ticket }: ご本人確認をお願いします。{ $url } ({ $life }有効)
sms-older-links = 以前のリンクは無効です。
sms-not-you = 心当たりがなければ無視してください。
sms-code = { $company } { $ticket }: コードは { $code } です。{ $life }有効。サービスデスクを含め、誰にも教えないでください。
sms-minutes = { $minutes }分
sms-hours = { $hours }時間
