// A page that shows a secret is the answer of a form: reloading must not send that form again.
history.replaceState(null, "", location.href);
