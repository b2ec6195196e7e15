# A window of WebKitGTK that does what the lines on its standard input say, in JSON, and answers each with a line.
import json
import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import GLib, Gtk, WebKit2

view = WebKit2.WebView(web_context=WebKit2.WebContext.new_ephemeral())
window = Gtk.Window()
window.set_decorated(False)
window.add(view)
loading = None


def answer(value=None, error=None):
    print(json.dumps({"value": value, "error": error}), flush=True)


def loaded(_, event):
    global loading
    if event == WebKit2.LoadEvent.FINISHED and loading:
        loading = None
        answer()


def failed(_, event, address, error):
    global loading
    if loading:
        loading = None
        answer(error=error.message)
    return True


def evaluated(_, result):
    try:
        answer(json.loads(view.evaluate_javascript_finish(result).to_json(0) or "null"))
    except GLib.Error as e:
        answer(error=e.message)


def pdf(file, width, height, **_):
    settings = Gtk.PrintSettings()
    settings.set_printer("Print to File")
    settings.set(Gtk.PRINT_SETTINGS_OUTPUT_URI, "file://" + file)
    settings.set(Gtk.PRINT_SETTINGS_OUTPUT_FILE_FORMAT, "pdf")
    setup = Gtk.PageSetup()
    setup.set_paper_size(Gtk.PaperSize.new_custom("paper", "paper", width * 10, height * 10, Gtk.Unit.MM))
    for margin in ("top", "bottom", "left", "right"):
        getattr(setup, "set_%s_margin" % margin)(0, Gtk.Unit.MM)
    operation = WebKit2.PrintOperation.new(view)
    operation.set_print_settings(settings)
    operation.set_page_setup(setup)
    operation.connect("finished", lambda _: answer())
    operation.print_()
    pdf.running = operation  # kept until the next one


def line(channel, _):
    global loading
    text = sys.stdin.readline()
    if not text:
        Gtk.main_quit()
        return False
    said = json.loads(text)
    match said.pop("command"):
        case "size":
            window.resize(said["width"], said["height"])
            window.show_all()
            answer()
        case "settings":
            view.get_settings().set_property("default-font-size", said["font"])
            answer()
        case "open":
            loading = said["url"]
            view.load_uri(loading)
        case "evaluate":
            view.evaluate_javascript(said["script"], -1, None, None, None, evaluated)
        case "pdf":
            pdf(**said)
    return True


view.connect("load-changed", loaded)
view.connect("load-failed", failed)
GLib.io_add_watch(GLib.IOChannel.unix_new(0), GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, line)
window.set_default_size(390, 844)
window.show_all()
try:
    Gtk.main()
except KeyboardInterrupt:
    pass
