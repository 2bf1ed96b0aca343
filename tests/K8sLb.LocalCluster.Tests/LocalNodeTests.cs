using System.Diagnostics;
using K8sLb.LocalCluster.Processes;
using K8sLb.TestKit;

namespace K8sLb.LocalCluster.Tests;

/// <summary>Needs root on Linux, and a minute.</summary>
[Trait("Category", "Node")]
[Collection(nameof(ControlPlane))]
public sealed class LocalNodeTests
{
    private const string Web = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 3
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              terminationGracePeriodSeconds: 1
              topologySpreadConstraints:
              - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: web}}}
              containers:
              - name: web
                image: k8slb.local/pause:dev
                command: [sh, -c, "mkdir /tmp/www && hostname >/tmp/www/index.html && httpd -f -p 8080 -h /tmp/www"]
                ports: [{name: http, containerPort: 8080}]
                readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
        """;

    [Fact]
    public async Task A_Service_answers_on_every_node_and_nothing_is_left_behind()
    {
        var before = MachineFolders();
        string folder;
        await using (var cluster = await LocalNode.StartAsync(new LocalNodeOptions { Nodes = 3 }))
        {
            folder = cluster.RunDirectory;
            await cluster.ApplyAsync(Web);
            await cluster.KubectlAsync("rollout", "status", "deployment/web", "--timeout=60s");
            var address = await cluster.KubectlAsync("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");

            var answers = new HashSet<string>();
            await Eventually.IsTrue(
                async () => answers.Add(await FetchAsync(cluster, address)) && answers.Count == 3,
                "all pods, one on each node, answer behind the Service"
            );
            (await cluster.KubectlAsync("exec", "deployment/web", "--", "hostname")).ShouldBeOneOf([.. answers]);
        }

        TracesOf(folder).ShouldBeEmpty();
        MachineFolders().ShouldBe(before);
    }

    [Fact]
    public async Task A_killed_container_is_started_again()
    {
        await using var cluster = await LocalNode.StartAsync();
        await cluster.KubectlAsync("run", "one", $"--image={LocalImages.Pause}");
        await cluster.KubectlAsync("wait", "--for=condition=Ready", "pod/one", "--timeout=60s");

        await cluster.KillContainerAsync("default", "one", "one");

        await Eventually.IsTrue(
            async () => await RestartsAsync(cluster, "one") == "1",
            "the kubelet has started it again"
        );
    }

    [Fact]
    public async Task Kill_9_of_its_owner_takes_nodes_and_containers_along()
    {
        using var owner = LocalClusterProgram.Start("node");
        var folder = await LocalClusterProgram.RunDirectoryAsync(owner);
        string[] kubectl = ["kubectl", "--kubeconfig", Path.Combine(folder, "pki", "admin.kubeconfig")];
        await Command.RunAsync([.. kubectl, "apply", "-f", "-"], Web.Replace("replicas: 3", "replicas: 1"));
        await Command.RunAsync([.. kubectl, "rollout", "status", "deployment/web", "--timeout=60s"]);

        owner.Kill();

        await Eventually.IsTrue(() => !Directory.Exists(folder), $"{folder} is removed");
        TracesOf(folder).ShouldBeEmpty();
    }

    private static Task<string> RestartsAsync(LocalNode cluster, string pod) =>
        cluster.KubectlAsync("get", "pod", pod, "-o", "jsonpath={.status.containerStatuses[0].restartCount}");

    private static IEnumerable<string> TracesOf(string folder)
    {
        var name = Path.GetFileName(folder);
        var mounts = File.ReadLines("/proc/mounts").Where(line => line.Contains(name));
        var cgroups = Directory.EnumerateDirectories("/sys/fs/cgroup", $"{name}*", SearchOption.AllDirectories);
        var processes = LocalClusterProgram.ProcessesOf(folder).Select(id => $"process {id}");
        return [.. mounts, .. cgroups, .. processes];
    }

    /// <summary>Those of the folders that nodes usually leave their marks in which are there.</summary>
    private static IEnumerable<string> MachineFolders()
    {
        string[] folders =
        [
            "/var/lib",
            "/var/log",
            "/var/log/pods",
            "/run",
            "/run/netns",
            "/opt",
            "/usr/libexec",
            "/etc",
        ];
        return [.. folders.Where(Directory.Exists).SelectMany(Directory.EnumerateFileSystemEntries).Order()];
    }

    private static async Task<string> FetchAsync(LocalNode cluster, string address)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"exec 3<>/dev/tcp/{address}/80; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; tail -n1 <&3");
        using var client = cluster.StartClientProcess(start);
        var body = await client.StandardOutput.ReadToEndAsync();
        await client.WaitForExitAsync();
        return body;
    }
}
