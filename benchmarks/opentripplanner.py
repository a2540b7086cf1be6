"""OpenTripPlanner in a process of its own, asked over the loopback.

The program is fetched by Maven into ``out/peers`` on first use, where Maven and a Java that can run
it are at hand. It walks 1.0 m/s, waits nowhere more than it must, and looks for the earliest
arrival as nearly as it can: all costs but time are set to none, all seconds count the same.
"""

import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

VERSION = "2.9.0"
JAR = Path(f"out/peers/otp-shaded-{VERSION}.jar")
HEAP = "-Xmx3G"
START_S, ANSWER_S = 600, 120
START = "2019-05-13T14:00:00-03:00"
FILES = {
    "poa_osm.pbf": "poa.osm.pbf",
    "poa_eptc.zip": "1.gtfs.zip",
    "poa_trensurb.zip": "2.gtfs.zip",
}
BUILD = {
    "transitModelTimeZone": "America/Sao_Paulo",
    "transitServiceStart": "2019-05-01",
    "transitServiceEnd": "2019-06-01",
    "maxTransferDuration": "20m",
    "transitFeeds": [
        {"type": "gtfs", "source": name, "feedId": name[0]} for name in ("1.gtfs.zip", "2.gtfs.zip")
    ],
}
ROUTER = {
    "routingDefaults": {
        "maxDirectStreetDuration": "30m",
        "accessEgress": {"maxDuration": "30m", "maxStopCount": 5000},
    }
}
QUERY = """query($from: PlanLabeledLocationInput!, $to: PlanLabeledLocationInput!) {
  planConnection(origin: $from, destination: $to,
    dateTime: {earliestDeparture: "%s"}, modes: {%s}, %s,
    preferences: {street: {walk: {speed: 1.0, reluctance: 1.0, boardCost: 0, safetyFactor: 0}}%s}
  ) {edges {node {%s}}}}"""
JOURNEYS = QUERY % (
    START,
    "direct: [WALK], transit: {access: [WALK], egress: [WALK], transfer: [WALK]}",
    'first: 200, searchWindow: "PT60M"',
    """, transit: {board: {slack: "PT0S", waitReluctance: 1.0}, alight: {slack: "PT0S"},
      transfer: {cost: 0, slack: "PT0S", maximumTransfers: 2}}""",
    """start end legs {start {scheduledTime} end {scheduledTime} trip {gtfsId}
      from {stop {gtfsId}} to {stop {gtfsId}}}""",
)
ON_FOOT = QUERY % (START, "directOnly: true, direct: [WALK]", "first: 1", "", "duration")


class NotAtHandError(Exception):
    """Say what is missing."""


def program():
    """Give the command that starts the program; fetch it where it is not there yet.

    Raises
    ------
    NotAtHandError
        When Java, Maven or the program is not to be had.
    """
    if not JAR.is_file():
        if shutil.which("mvn") is None:
            raise NotAtHandError("Maven is not installed")
        artifact = f"org.opentripplanner:otp-shaded:{VERSION}"
        command = [
            "mvn", "-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:2.8:copy",
            f"-Dartifact={artifact}", f"-DoutputDirectory={JAR.parent}",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not JAR.is_file():
            raise NotAtHandError(f"Maven does not fetch {artifact}")
    places = [os.environ.get("JAVA_HOME", "") + "/bin/java", shutil.which("java") or ""]
    places += sorted(map(str, Path("/usr/lib/jvm").glob("*/bin/java")))
    for java in filter(os.path.isfile, places):
        command = [java, HEAP, "-jar", str(JAR.resolve())]
        if (
            subprocess.run([*command, "--version"], capture_output=True, check=False).returncode
            == 0
        ):
            return command
    raise NotAtHandError(f"no Java here can run {JAR.name}")


class Server:
    """Serve a town's files; to be closed."""

    def __init__(self, command, town, folder):
        folder.mkdir()
        for name, known_as in FILES.items():
            (folder / known_as).symlink_to((town / name).resolve())
        (folder / "build-config.json").write_text(json.dumps(BUILD))
        (folder / "router-config.json").write_text(json.dumps(ROUTER))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._log = folder / "log.txt"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [*command, "--build", "--serve", "--bindAddress", "127.0.0.1",
                 "--port", str(self._port), str(folder)], stdout=log, stderr=log,
            )  # fmt: skip
        self._wait()

    def _wait(self):
        for _ in range(START_S):
            if self._process.poll() is not None:
                break
            try:
                self._ask("GET", "/otp/")
            except OSError:
                time.sleep(1)
            else:
                return
        self.close()
        last = self._log.read_text().splitlines()[-1:]
        raise RuntimeError(f"OpenTripPlanner does not serve: {last}")

    def _ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_S)
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse().read()
        connection.close()
        return answer

    def close(self):
        """End the process that was started here."""
        self._process.terminate()
        self._process.wait()

    def cpu_s(self):
        """Give the processor time the process has taken [s]."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def journeys(self, origin, destination):
        """List the journeys of the hour between two points, (longitude, latitude)."""
        return self._nodes(JOURNEYS, origin, destination)

    def walk_s(self, origin, destination):
        """Give the walk between points or stops [s], inf where there is none within its limit."""
        found = self._nodes(ON_FOOT, origin, destination)
        return found[0]["duration"] if found else float("inf")

    def _nodes(self, query, origin, destination):
        variables = {"from": _place(origin), "to": _place(destination)}
        body = json.dumps({"query": query, "variables": variables})
        answer = json.loads(self._ask("POST", "/otp/gtfs/v1", body))
        if "errors" in answer:
            raise RuntimeError(f"OpenTripPlanner: {answer['errors'][0]['message']}")
        return [edge["node"] for edge in answer["data"]["planConnection"]["edges"]]


def _place(end):
    if isinstance(end, str):
        return {"location": {"stopLocation": {"stopLocationId": end}}}
    longitude, latitude = end
    return {"location": {"coordinate": {"longitude": longitude, "latitude": latitude}}}
