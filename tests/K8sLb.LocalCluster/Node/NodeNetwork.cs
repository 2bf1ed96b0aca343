using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

/// <summary>
/// Node N (1 to 3) has the address 10.240.0.N on a bridge that lives in the first node's namespace, and pods in
/// 10.244.N.0/24; clients have 10.240.1.N. There is no way out: a kubelet probes pods' addresses and asks for cloud metadata, which must never
/// reach the machine's own network.
/// </summary>
internal static class NodeNetwork
{
    private const string Bridge = "node0";

    /// <summary>Of all pods.</summary>
    public const string PodRanges = "10.244.0.0/16";

    /// <summary>Clients that a cluster may have in its life.</summary>
    private const int MostClients = 250;

    public static string NodeAddress(int node) => $"10.240.0.{node}";

    private static string ClientAddress(int client) => $"10.240.1.{client}";

    public static string PodRange(int node) => $"10.244.{node}.0/24";

    public static async Task SetUpFirstAsync(NodeNamespaces first)
    {
        await IpAsync(first, "link set lo up");
        await IpAsync(first, $"link add {Bridge} type bridge");
        await IpAsync(first, $"addr add {NodeAddress(1)}/23 dev {Bridge}");
        await IpAsync(first, $"link set {Bridge} up");
        await SetUpRoutingAsync(first, Bridge);
    }

    public static async Task JoinAsync(NodeNamespaces first, NodeNamespaces joining, int node)
    {
        await ConnectAsync(first, joining.EnterNetwork, joining.HolderId, $"node{node}", NodeAddress(node));
        await SetUpRoutingAsync(joining, "eth0");
    }

    /// <exception cref="InvalidOperationException">There were as many as there are addresses.</exception>
    public static async Task JoinAsync(NodeNamespaces first, ClientNamespace joining, int client)
    {
        if (client > MostClients)
        {
            throw new InvalidOperationException($"a local cluster has addresses for {MostClients} clients");
        }
        await ConnectAsync(first, joining.Enter, joining.HolderId, $"client{client}", ClientAddress(client));
        await IpAsync(joining.Enter, $"route add default via {NodeAddress(1)}");
    }

    private static async Task ConnectAsync(
        NodeNamespaces first,
        IReadOnlyList<string> enter,
        int holder,
        string device,
        string address
    )
    {
        await IpAsync(enter, "link set lo up");
        await IpAsync(first, $"link add {device} type veth peer name eth0 netns {holder}");
        await IpAsync(first, $"link set {device} master {Bridge} up");
        await IpAsync(enter, $"addr add {address}/23 dev eth0");
        await IpAsync(enter, "link set eth0 up");
    }

    /// <summary>Pods of each node are reached through that node.</summary>
    public static async Task RoutePodsAsync(IReadOnlyList<NodeNamespaces> nodes)
    {
        foreach (var (at, from) in nodes.Select((n, i) => (n, i + 1)))
        {
            foreach (var to in Enumerable.Range(1, nodes.Count).Where(to => to != from))
            {
                await IpAsync(at, $"route add {PodRange(to)} via {NodeAddress(to)}");
            }
        }
    }

    private static async Task SetUpRoutingAsync(NodeNamespaces node, string device)
    {
        // Packets to a Service's address have to get as far as the nat table's OUTPUT chain; nobody is behind it.
        await IpAsync(node, $"route add default dev {device}");
        // A kubelet asks cloud metadata services as it starts: refused at once, where it would wait 11 s.
        await IpAsync(node, "route add unreachable 169.254.0.0/16");
        foreach (
            var setting in new[] { "ipv4/ip_forward", "bridge/bridge-nf-call-iptables", "ipv4/conf/all/route_localnet" }
        )
        {
            await Command.RunAsync([.. node.EnterNetwork, "sh", "-c", $"echo 1 >/proc/sys/net/{setting}"]);
        }
    }

    private static Task<string> IpAsync(NodeNamespaces node, string arguments) => IpAsync(node.EnterNetwork, arguments);

    private static Task<string> IpAsync(IReadOnlyList<string> enter, string arguments) =>
        Command.RunAsync([.. enter, "ip", .. arguments.Split(' ')]);
}
