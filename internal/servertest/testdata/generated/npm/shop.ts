// A shop that sends only what the documents demand: what has a default must not be mandatory, ids are strings everywhere.
import type { components as payments, paths } from "./payments";
import type { components as hpp } from "./hpp";
import type { components as orders } from "./ordermanagement";
import type { components as tokens } from "./customertoken";

export const session: payments["schemas"]["PaymentSessionCreate"] = {
  purchase_country: "SE", purchase_currency: "SEK", order_amount: 100,
  order_lines: [{ name: "a", quantity: 1, unit_price: 100, total_amount: 100 }],
};
export const page: hpp["schemas"]["HostedSessionCreate"] = { payment_session_url: "https://pay.example/x", options: {}, merchant_urls: { success: "https://shop.example/{{order_id}}" } };
export const capture: orders["schemas"]["CaptureCreate"] = { captured_amount: 1, order_lines: [{ name: "a", quantity: 1, unit_price: 1, total_amount: 1 }] };
export const charge: tokens["schemas"]["TokenOrderCreate"] = {
  purchase_currency: "SEK", order_amount: 1, order_lines: [{ name: "a", quantity: 1, unit_price: 1, total_amount: 1 }],
};
const made: payments["schemas"]["PaymentSessionCreated"] = { session_id: "x", client_token: "y", payment_method_categories: [] };
export const where: paths["/payments/v1/sessions/{session_id}"]["get"]["parameters"]["path"]["session_id"] = made.session_id;
