import { type LaunchedMachine, machineLauncher, runOn, script, urlOf } from '../../../testing/launch-machine';

const makeMachine = machineLauncher();
let machine: LaunchedMachine;

afterEach(() => machine.terminate());

const get = (path: string, init?: RequestInit) =>
  fetch(urlOf(machine, path), { redirect: 'manual', ...init });

test('nginx serves its root and its own error pages', async () => {
  machine = makeMachine({
    userData: script(`yum install -y -q nginx
echo welcome > /usr/share/nginx/html/index.html
cat > /etc/nginx/default.d/health.conf <<'EOF'
location = /health { return 200 "ok"; }
location /app/ { try_files $uri /index.html; }
EOF
nginx -t
systemctl enable --now nginx`),
  });
  await machine.boot();
  expect(machine.console()).toContain('configuration file /etc/nginx/nginx.conf test is successful');
  const texts = await Promise.all(
    ['/', '/health', '/app/page'].map(async (path) => (await get(path)).text()),
  );
  expect(texts).toEqual(['welcome\n', 'ok', 'welcome\n']);
  const lost = await get('/nothing');
  expect([lost.status, await lost.text()]).toEqual([404, expect.stringContaining('404 Not Found')]);
  expect((await get('/', { method: 'POST' })).status).toBe(405);
});

/** nginx with a server block of its own on port 8081, and something behind it on port 3000. */
async function serveNginx(block: string): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  machine = makeMachine({
    userData: script(`dnf install -y -q nginx
mkdir -p /srv/back /srv/site; echo behind > /srv/back/x; printf '%2000s' page > /srv/site/index.html
cat > /etc/systemd/system/back.service <<'UNIT'
[Service]
WorkingDirectory=/srv/back
ExecStart=/usr/bin/python3 -m http.server 3000
UNIT
systemctl start back
cat > /etc/nginx/conf.d/site.conf <<'NGINX'
upstream back { server 127.0.0.1:3000; }
server {
    listen 8081;
    root /srv/site;
${block}
}
NGINX
systemctl enable --now nginx`),
  });
  await machine.boot();
  return (path, init) => fetch(urlOf(machine, path, 8081), { redirect: 'manual', ...init });
}

test('nginx hands requests on to what is behind it, and answers 502 when that is not there', async () => {
  const ask = await serveNginx(`location /api/ { proxy_pass http://back/; proxy_set_header Host $host; }
    location /x { proxy_pass http://127.0.0.1:3000; }
    location /down/ { proxy_pass http://127.0.0.1:3001; }
    location /named/ { try_files $uri @back; }
    location @back { rewrite ^/named(/.*)$ $1 break; proxy_pass http://back; }`);
  const texts = await Promise.all(['/api/x', '/x', '/named/x'].map(async (path) => (await ask(path)).text()));
  expect(texts).toEqual(['behind\n', 'behind\n', 'behind\n']);
  const down = await ask('/down/');
  expect([down.status, await down.text()]).toEqual([502, expect.stringContaining('502 Bad Gateway')]);
});

test('nginx rewrites, returns, refuses and asks for logins as it is told', async () => {
  const ask = await serveNginx(`server_tokens off;
    if ($http_x_forwarded_proto = "http") { return 301 https://$host$request_uri; }
    rewrite ^/old/(.*)$ /new/$1?from=old permanent;
    location ~ ^/user/(\\w+)$ { return 200 "user $1 $arg_q\\n"; }
    location ~ /\\. { deny all; }
    location /private { auth_basic "Private"; auth_basic_user_file mime.types; }
    error_page 404 =410 /gone;
    location = /gone { internal; return 410 "gone\\n"; }`);
  const location = async (path: string, headers = {}) =>
    (await ask(path, { headers })).headers.get('location');
  expect(await location('/a?b=c', { 'x-forwarded-proto': 'http' })).toBe('https://127.0.0.1/a?b=c');
  expect(new URL((await location('/old/a?b=c')) ?? '').href).toMatch(/\/new\/a\?from=old&b=c$/);
  expect(await (await ask('/user/joe?q=1')).text()).toBe('user joe 1\n');
  expect((await ask('/.git/config')).status).toBe(403);
  const closed = await ask('/private');
  expect([closed.status, closed.headers.get('server')]).toEqual([401, 'nginx']);
  const lost = await ask('/none');
  expect([lost.status, await lost.text()]).toEqual([410, 'gone\n']);
});

test('nginx compresses and sets expiry, and a location with headers takes none from above it', async () => {
  const ask = await serveNginx(`gzip on;
    gzip_vary on;
    add_header X-Server yes;
    location /page { alias /srv/site; expires 1h; add_header X-Location yes; }`);
  const { headers } = await ask('/page/', { headers: { 'accept-encoding': 'gzip' } });
  expect(
    ['content-encoding', 'vary', 'cache-control', 'x-location', 'x-server'].map((name) => headers.get(name)),
  ).toEqual(['gzip', 'Accept-Encoding', 'max-age=3600', 'yes', null]);
});

test('nginx finds a server by an expression, by the beginning of its name, and closes on others without a word', async () => {
  machine = makeMachine({
    userData: script(`dnf install -y nginx
cat > /etc/nginx/conf.d/names.conf <<'N'
server { listen 8081 default_server; return 444; }
server { listen 8081; server_name ~^(?<branch>\\w+)\\.example\\.org$; return 200 "branch $branch\\n"; }
server { listen 8081; server_name www.*; return 200 "www\\n"; }
server { listen 8081; server_name .example.com; return 200 "com\\n"; }
N
systemctl start nginx`),
  });
  await machine.boot();
  const ask = async (name: string) =>
    await runOn(machine, `curl -s -H 'Host: ${name}' localhost:8081 || echo "curl $?"`);
  expect(await ask('main.example.org')).toBe('branch main\n');
  expect(await ask('www.example.net')).toBe('www\n');
  expect(await ask('example.com')).toBe('com\n');
  expect(await ask('other')).toMatch(/^curl \d+\n$/);
});
