package pay

// Category is a way to pay, as payment_method_categories names it.
type Category string

// The categories: the ways to pay.
const (
	PayLater           Category = "pay_later"
	PayOverTime        Category = "pay_over_time"
	PayNow             Category = "pay_now"
	DirectDebit        Category = "direct_debit"
	DirectBankTransfer Category = "direct_bank_transfer"
)
