/* A photo by the camera. */
(() => {
  const { refuse, words } = tryonPage;

  tryonPage.camera = function camera(element, bring) {
    let stream = null;
    const close = () => {
      if (stream) stream.getTracks().forEach((track) => track.stop());
      stream = null;
      const box = element.querySelector(".camera");
      if (box) box.hidden = true;
    };
    const pause = (ms) => new Promise((done) => setTimeout(done, ms));
    async function open() {
      refuse(element, "");
      if (!navigator.mediaDevices) return refuse(element, words("camera_insecure"));
      try {
        stream = await navigator.mediaDevices.getUserMedia({
          video: { facingMode: "user", width: { ideal: 1920 }, height: { ideal: 1080 } },
        });
      } catch (error) {
        return refuse(element, words("camera_refused"));
      }
      const video = element.querySelector("video");
      element.querySelector(".camera").hidden = false;
      video.srcObject = stream;
      await video.play();
    }
    async function shoot(seconds) {
      const video = element.querySelector("video");
      const count = element.querySelector(".camera output");
      for (let left = seconds; left > 0 && stream; left--) {
        count.textContent = left;
        await pause(1000);
      }
      count.textContent = "";
      if (!stream) return;
      const canvas = document.createElement("canvas");
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      const paper = canvas.getContext("2d");
      paper.translate(canvas.width, 0); // as in a mirror, which is how one knows oneself
      paper.scale(-1, 1);
      paper.drawImage(video, 0, 0);
      close();
      canvas.toBlob(bring, "image/jpeg", 0.95);
    }
    element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-act]");
      if (!button) return;
      if (button.dataset.act === "camera") stream ? close() : open();
      if (button.dataset.act === "shoot") shoot(Number(button.dataset.seconds));
      if (button.dataset.act === "close") close();
    });
    return close; // drawn anew, the piece has lost the picture
  };
})();
