"""A virtual machine with a display, a touchscreen's pointer and a keyboard, whose root is this machine's own.

It has Debian's kernel, fetched once. Its root is read-only with a layer in memory over it, so whatever is installed and built here is there, and nothing
that it does stays, except in the folder that is passed to it: /out. `Machine` starts it, looks at its display, touches and types.

Needs root, and the Debian packages of packages-kms.txt.
"""

import json
import lzma
import os
import pathlib
import shutil
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
KEPT = pathlib.Path(os.environ.get("ARRIVALS_MACHINE", HERE.parent.parent / "target" / "outside" / "machine"))
# The processor is emulated, which works on every machine; "kvm" lends it the real one.
ACCELERATOR = os.environ.get("ARRIVALS_MACHINE_ACCELERATOR", "tcg")
# The buses, its root, the display, pointer and keyboard.
MODULES = ("virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_gpu", "virtio_input", "evdev")
# QEMU counts the places of a pointer from 0 to this, whatever the display's size.
FULL = 0x7FFF

INIT = """#!/bin/sh
export PATH=/bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for module in $(cat /lib/order); do insmod "/lib/$module" || echo "insmod $module failed"; done
folder() { mount -t 9p -o "trans=virtio,version=9p2000.L,msize=524288,$3" "$1" "$2"; }
folder host /mnt/host ro,cache=loose || poweroff -f
mount -t tmpfs tmpfs /mnt/ram; mkdir -p /mnt/ram/upper /mnt/ram/work
mount -t overlay overlay -o lowerdir=/mnt/host,upperdir=/mnt/ram/upper,workdir=/mnt/ram/work /mnt/root || poweroff -f
cd /mnt/root; mkdir -p proc sys dev run out
mount -t proc proc proc; mount -t sysfs sys sys; mount -t devtmpfs dev dev; mount -t tmpfs tmpfs run
mkdir -p dev/pts dev/shm; mount -t devpts devpts dev/pts; mount -t tmpfs tmpfs dev/shm
folder out out rw || poweroff -f
ifconfig lo 127.0.0.1 up
chroot /mnt/root /bin/bash /out/guest.sh >/mnt/root/out/guest.log 2>&1 </dev/null
sync; poweroff -f
"""


class Unready(Exception):
    """Something that the machine is made of is not here; the text says what to do."""


def run(*command, **more):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise Unready(f"{' '.join(str(part) for part in command[:3])} ends with {done.returncode}: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
    return done.stdout


def prepare():
    """Fetches Debian's kernel and makes the first RAM disk, if that was not done yet."""
    if os.geteuid() != 0:
        raise Unready("the virtual machine needs root: its root is this machine's own")
    for tool in ("qemu-system-x86_64", "busybox", "modprobe", "depmod", "cpio", "dpkg-deb", "apt-get"):
        if not shutil.which(tool):
            raise Unready(f"{tool} is not installed; run `xargs -a tests/outside/packages-kms.txt apt-get install -y --no-install-recommends`")
    if not (KEPT / "ready").exists():
        shutil.rmtree(KEPT, ignore_errors=True)
        KEPT.mkdir(parents=True)
        package = next((line.split()[1] for line in run("apt-cache", "depends", "linux-image-amd64").splitlines() if "Depends: linux-image" in line), None)
        if package is None:
            raise Unready("apt knows no kernel; run `apt-get update`")
        run("apt-get", "download", "-q", package, cwd=KEPT)
        file = next(KEPT.glob("linux-image-*.deb"))
        whole = KEPT / "whole"
        run("dpkg-deb", "-x", file, whole)
        shutil.copy(next(whole.glob("boot/vmlinuz-*")), KEPT / "kernel")
        ram_disk(whole)
        shutil.rmtree(whole)
        file.unlink()
        (KEPT / "ready").touch()


def ram_disk(kernel):
    top = KEPT / "disk"
    for folder in ("bin", "lib", "proc", "sys", "dev", "mnt/host", "mnt/ram", "mnt/root"):
        (top / folder).mkdir(parents=True)
    busybox = pathlib.Path(shutil.which("busybox"))
    shutil.copy(busybox, top / "bin/busybox")
    for tool in ("sh", "mount", "mkdir", "cat", "insmod", "chroot", "sync", "echo", "poweroff", "ifconfig"):
        (top / "bin" / tool).symlink_to("busybox")
    modules = next(kernel.glob("lib/modules/*"), None) or next(kernel.glob("usr/lib/modules/*"))
    base = modules.parent.parent.parent
    run("depmod", "-b", base, modules.name)
    order = []
    for module in MODULES:
        for line in run("modprobe", "-d", base, "-S", modules.name, "--show-depends", module).splitlines():
            # "insmod PATH": what is built in is another word.
            word, path = line.split()[:2]
            name = pathlib.Path(path).name.removesuffix(".xz")
            if word == "insmod" and name not in order:
                data = pathlib.Path(path).read_bytes()
                (top / "lib" / name).write_bytes(lzma.decompress(data) if path.endswith(".xz") else data)
                order.append(name)
    (top / "lib/order").write_text("\n".join(order) + "\n")
    (top / "init").write_text(INIT)
    (top / "init").chmod(0o755)
    subprocess.run("find . | cpio -o -H newc --quiet | gzip -1 >../disk.gz", shell=True, cwd=top, check=True)
    shutil.rmtree(top)


class Machine:
    """A machine that is on. `folder` is its /out; the script guest.sh in it is what it does, and then it goes off."""

    def __init__(self, folder, width, height):
        self.folder = pathlib.Path(folder)
        command = ["qemu-system-x86_64", "-nodefaults", "-no-reboot", "-display", "none", "-monitor", "none", "-nic", "none", "-m", "1024", "-smp", "1"]
        command += ["-accel", ACCELERATOR, "-cpu", "host" if ACCELERATOR == "kvm" else "qemu64"]
        command += ["-kernel", str(KEPT / "kernel"), "-initrd", str(KEPT / "disk.gz"), "-append", "console=ttyS0 loglevel=4 panic=-1 vt.global_cursor_default=0"]
        command += ["-serial", f"file:{self.folder}/console.log", "-qmp", f"unix:{self.folder}/qmp,server=on,wait=off"]
        command += ["-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"]
        command += ["-virtfs", f"local,path={self.folder},mount_tag=out,security_model=none"]
        command += ["-device", f"virtio-gpu-pci,xres={width},yres={height}", "-device", "virtio-tablet-pci", "-device", "virtio-keyboard-pci"]
        with open(self.folder / "qemu.log", "wb") as said:
            self.program = subprocess.Popen(command, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
        self.line = self.connect()

    def connect(self):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(30)
        end = time.monotonic() + 10
        while True:
            try:
                line.connect(str(self.folder / "qmp"))
                break
            except OSError:
                if self.program.poll() is not None or time.monotonic() > end:
                    raise Unready(f"QEMU does not start: {(self.folder / 'qemu.log').read_text().strip()}") from None
                time.sleep(0.05)
        file = line.makefile("rw", encoding="utf-8")
        file.readline()
        self.line = file
        self.ask("qmp_capabilities")
        return file

    def ask(self, command, **arguments):
        self.line.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.line.flush()
        while True:
            answer = json.loads(self.line.readline() or '{"error": {"desc": "it has gone off"}}')
            if "error" in answer:
                raise Unready(f"QEMU, {command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def is_on(self):
        return self.program.poll() is None

    def look(self):
        """The display: width, height and three bytes a pixel."""
        file = self.folder / "display.ppm"
        self.ask("screendump", filename=str(file))
        # P6, both sides, 255, each on a line of its own.
        _, sides, _, pixels = file.read_bytes().split(b"\n", 3)
        width, height = map(int, sides.split())
        return width, height, pixels

    def event(self, *events):
        self.ask("input-send-event", events=[{"type": kind, "data": data} for kind, data in events])

    def touch(self, x, y):
        """Presses and releases at a place, each side of the display from 0 to 1, as a finger does."""
        self.event(*[("abs", {"axis": axis, "value": round(place * FULL)}) for axis, place in (("x", x), ("y", y))])
        time.sleep(0.1)
        self.event(("btn", {"button": "left", "down": True}))
        time.sleep(0.15)
        self.event(("btn", {"button": "left", "down": False}))

    def key(self, name, seconds=0.1):
        """Presses a key for so long; its name is QEMU's."""
        for down in (True, False):
            self.event(("key", {"key": {"type": "qcode", "data": name}, "down": down}))
            if down:
                time.sleep(seconds)

    def off(self):
        if self.is_on():
            self.program.kill()
        self.program.wait()
