"use strict";
// What the page does without this, it does with it too; with it, sooner.
(() => {
  const main = document.getElementById("main");
  let busy = false;

  // One press is one, and the button says so. A page that comes back from the browser's memory can be used again.
  const rest = () => {
    busy = false;
    document.querySelectorAll("[aria-busy]").forEach(b => b.removeAttribute("aria-busy"));
  };
  addEventListener("submit", e => {
    if (busy) return e.preventDefault();
    busy = true;
    e.submitter?.setAttribute("aria-busy", "true");
    setTimeout(rest, 10000);
  });
  addEventListener("pageshow", rest);

  // A field that was changed is looked at by the server, by the rules that the button will be judged by; its sentence comes and goes.
  const check = async input => {
    const field = input.closest(".field"), name = input.id, data = new URLSearchParams(new FormData(main));
    data.set("action", "check");
    const answer = await fetch(main.getAttribute("action"), {method: "POST", body: data, redirect: "error"});
    if (busy || !answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const error = page.getElementById(name + "-err"), there = page.getElementById(name);
    document.getElementById(name + "-err")?.remove();
    if (error) field.querySelector("label").after(document.adoptNode(error));
    for (const a of ["aria-invalid", "aria-describedby"]) {
      const value = there ? there.getAttribute(a) : a === "aria-invalid" ? null : name + "-hint";
      if (value === null || !there && !document.getElementById(value)) input.removeAttribute(a);
      else input.setAttribute(a, value);
    }
  };
  if (main?.hasAttribute("data-live")) main.addEventListener("change", e => {
    if (e.target.matches(".field input") && e.target.value) check(e.target).catch(() => {});
  });

  // While the answer of a bank is awaited, look for it more often than the page by itself.
  if (document.querySelector("[data-check]")) setInterval(async () => {
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      if (!page.querySelector("[data-check]")) location.replace(location.href);
    } catch {
      // The page looks again by itself.
    }
  }, 1000);
})();
