// The live feed: what there is, then what comes, each once and in order, over a socket that is opened anew when it closes.
"use strict";

{
  const feed = document.getElementById("feed");
  const state = document.getElementById("state");
  const nothing = document.getElementById("nothing");
  const entry = document.getElementById("entry");
  const FIRST_WAIT = 500;
  const LONGEST_WAIT = 15000;
  let last = 0;
  let wait = FIRST_WAIT;

  const show = ({ sequence, title, body, created_at: createdAt }) => {
    if (sequence <= last) return;
    last = sequence;
    nothing.hidden = true;
    const item = entry.content.cloneNode(true);
    item.querySelector("h2").textContent = title;
    item.querySelector("p").textContent = body;
    const time = item.querySelector("time");
    time.dateTime = createdAt;
    time.textContent = new Date(createdAt).toLocaleString();
    feed.prepend(item);
  };

  // Read each time: it changes when somebody signs in in another tab.
  const csrfToken = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

  const ask = async (path, options) => {
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    const answer = await fetch(path, { ...options, headers });
    if (answer.status === 401) location.assign(`/login/?next=${encodeURIComponent(location.pathname)}`);
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };

  const connect = async () => {
    const { ticket } = await ask(feed.dataset.ticket, { method: "POST" });
    const address = new URL(feed.dataset.socket, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    address.search = new URLSearchParams({ ticket, after: last });
    const socket = new WebSocket(address);
    await new Promise((closed) => {
      socket.addEventListener("close", closed);
      socket.addEventListener("message", ({ data }) => {
        const message = JSON.parse(data);
        if (message.type === "ready") {
          wait = FIRST_WAIT;
          state.textContent = "Live: new ones appear at the top.";
        } else {
          show(message);
        }
      });
    });
  };

  const stayConnected = async () => {
    for (;;) {
      try {
        await connect();
      } catch (error) {
        console.debug("the live feed:", error);
      }
      state.textContent = "Connecting again …";
      await new Promise((done) => setTimeout(done, wait * (0.5 + Math.random())));
      wait = Math.min(2 * wait, LONGEST_WAIT);
    }
  };

  const showWhatThereIs = async () => {
    const { results } = await ask(feed.dataset.list, {});
    nothing.hidden = results.length > 0;
    results.reverse().forEach(show);
  };

  showWhatThereIs().catch(() => {}).then(stayConnected);
}
