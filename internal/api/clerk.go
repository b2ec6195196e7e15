package api

import (
	"net/http"

	"kassa/internal/engine"
	"kassa/internal/pay"
)

// wireModule is the distribution module: what opens the clerk's page.
type wireModule struct {
	Token         string `json:"token"`
	StandaloneURL string `json:"standalone_url"`
	GenerationURL string `json:"generation_url"`
}

// toModule gives a hosted session's module with a fresh token. The placeholders are the integrator's; the page takes the address as
// it is as well.
func (a *API) toModule(h *pay.HostedSession) *wireModule {
	token, err := a.engine.ModuleToken(h, a.public)
	if err != nil {
		panic("sign token: " + err.Error()) // plain structs and a loaded key always sign
	}
	return &wireModule{
		Token: string(token), StandaloneURL: a.public + "/hpp/distributions/" + string(token) + "?profile_id={{profile_id}}&view_id={{view_id}}",
		GenerationURL: a.sessionURL(h) + "/distribution-module/token",
	}
}

// createModuleToken gives a fresh token for the clerk's page.
func (a *API) createModuleToken(x *exchange, r *http.Request) error {
	return x.do(func(call engine.Call) (any, error) {
		return a.engine.Module(r.Context(), call, pay.HostedID(id(r, "session_id")))
	}, func(result any) reply {
		return reply{status: http.StatusCreated, body: encode(a.toModule(result.(*pay.HostedSession)))}
	})
}
