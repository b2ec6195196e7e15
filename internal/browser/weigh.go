package browser

import (
	"context"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Weight is what a first view of a page costs.
type Weight struct {
	Requests int     `json:"requests"` // the page's own, and all that it caused, but for the icon of the tab
	Bytes    int     `json:"bytes"`    // of their bodies as they came over the line
	Shift    float64 `json:"shift"`    // cumulative layout shift
	Moved    string  `json:"moved"`    // what moved
	Paint    float64 `json:"paint"`    // largest contentful paint, in milliseconds from the beginning of the navigation
}

// weigh reads what the browser itself has measured.
const weigh = `new Promise(done => {
 let shift = 0, moved = "", paint = 0;
 new PerformanceObserver(l => l.getEntries().forEach(e => {
  shift += e.value;
  moved += e.sources.map(s => s.node?.outerHTML?.slice(0, 120) + " from " + JSON.stringify(s.previousRect) + " to " + JSON.stringify(s.currentRect)).join("; ");
 })).observe({type: "layout-shift", buffered: true});
 new PerformanceObserver(l => l.getEntries().forEach(e => paint = e.startTime)).observe({type: "largest-contentful-paint", buffered: true});
 const all = () => performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource")).filter(e => e.name !== document.querySelector("link[rel=icon]")?.href);
 const end = tries => setTimeout(() => paint || !tries ? done({requests: all().length, bytes: all().reduce((n, e) => n + e.encodedBodySize, 0), shift, moved, paint}) : end(tries - 1), 100);
 end(100);
})`

// Weigh opens an address as somebody does who was never here, and measures. The tab runs scripts.
func (tab *Tab) Weigh(address string) Weight {
	tab.t.Helper()
	tab.call("switch the cache off", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true})
		return err
	})
	tab.Open(address)
	return run(tab, "weigh", chromedp.Evaluate[Weight](weigh, chromedp.EvalAwaitPromise))
}

// Slow makes the line and the processor those of a cheap telephone in a bad place: 150 ms for each round trip, 1.6 Mbit/s, a quarter
// of this machine's speed.
func (tab *Tab) Slow() {
	tab.t.Helper()
	tab.call("slow the line", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Latency: 150, DownloadThroughput: 200_000, UploadThroughput: 93_750}},
		})
		return err
	})
	tab.call("slow the processor", func(ctx context.Context) error {
		_, err := chromedp.Call(ctx, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4})
		return err
	})
}
