# The page for every host that runs containers. Nothing is downloaded when it starts, and nothing is written but
# programs' own files in /tmp:
#   docker build -t try-on .
#   docker run --rm -p 7860:7860 --read-only --tmpfs /tmp try-on
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app

# system libraries first, then packages: both change seldom
COPY packages.txt requirements.txt constraints.txt ./
RUN apt-get update \
    && xargs -a packages.txt apt-get install -y --no-install-recommends \
    && rm -rf /var/lib/apt/lists/*
# PyTorch without its GPU libraries (they would be 3 GB), in the versions that requirements.txt pins
RUN pip install --no-deps --index-url https://download.pytorch.org/whl/cpu $(grep -E '^(torch|torchvision)==' requirements.txt) \
    && pip install -r requirements.txt -c constraints.txt

COPY LICENSE README.md app.py ./
COPY assets assets
COPY weights weights
COPY tryon tryon
RUN python -m compileall -q tryon app.py \
    && useradd --create-home --uid 1000 visitor

USER visitor
ENV GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=7860 GRADIO_ANALYTICS_ENABLED=False HF_HUB_OFFLINE=1 MPLCONFIGDIR=/tmp/matplotlib
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + (os.environ.get('PORT') or os.environ['GRADIO_SERVER_PORT']) + '/api/v1/gallery', timeout=8)"]
# some hosts name the port in PORT
CMD ["sh", "-c", "export GRADIO_SERVER_PORT=${PORT:-$GRADIO_SERVER_PORT}; exec python app.py"]
