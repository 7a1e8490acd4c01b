too-often-heading = محاولات كثيرة في وقت قصير
too-often-next = لم يُحتسب شيء ولم يتغيّر شيء. يمكنك المتابعة بعد { $wait }.
