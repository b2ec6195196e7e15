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
  // A card's number and its security code are not sent for that. Of several answers for a field the last question's counts.
  const secret = ["card_number", "card_cvc"], said = document.createElement("p");
  const check = async input => {
    const field = input.closest(".field"), name = input.id, data = new URLSearchParams(new FormData(main));
    const turn = input.turn = (input.turn || 0) + 1;
    data.set("action", "check");
    secret.forEach(name => data.delete(name));
    const answer = await fetch(main.getAttribute("action"), {method: "POST", body: data, redirect: "error"});
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (busy || !answer.ok || turn !== input.turn) return;
    const error = page.getElementById(name + "-err"), there = page.getElementById(name), label = field.querySelector("label");
    document.getElementById(name + "-err")?.remove();
    if (error) (document.getElementById(name + "-hint") || label).after(document.adoptNode(error));
    said.textContent = error ? label.textContent + ": " + error.textContent : "";
    for (const a of ["aria-invalid", "aria-describedby"]) {
      const value = there ? there.getAttribute(a) : a === "aria-invalid" ? null : name + "-hint";
      if (value === null || !there && !document.getElementById(value)) input.removeAttribute(a);
      else input.setAttribute(a, value);
    }
  };
  if (main?.hasAttribute("data-live")) {
    // What is announced has to stand in an element that was there before.
    said.className = "hidden";
    said.setAttribute("role", "status");
    main.append(said);
    main.addEventListener("change", e => {
      const input = e.target.closest(".field")?.querySelector("input");
      if (input?.value && !secret.includes(input.id)) check(input).catch(() => {});
    });
  }

  // While the answer of a bank is awaited, look for it more often than the page by itself.
  const look = async () => {
    try {
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok && !page.querySelector("[data-check]")) return location.replace(location.href);
    } catch {
      // The page looks again by itself.
    }
    setTimeout(look, 1000);
  };
  if (document.querySelector("[data-check]")) setTimeout(look, 1000);
})();
