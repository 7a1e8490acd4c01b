too-often-heading = 短時間に試行が多すぎます
too-often-next = 何も記録されず、何も変更されていません。再開できるまで：{ $wait }。
