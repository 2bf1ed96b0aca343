using K8sLb.LocalCluster.Processes;

namespace K8sLb.LocalCluster;

/// <summary>
/// A network namespace with an address of its own beside the nodes, as somebody outside of the cluster has it: Services are reached
/// through the first node's kube-proxy. A client that comes after another one from the same address would meet what the node's
/// connection tracking still remembers of the other's ports: a SYN to a pod that is gone, for two minutes.
/// </summary>
internal sealed class ClientNamespace
{
    private const string FirstProcess = """echo >"$0"; exec sleep infinity""";

    private readonly ChildProcess holder;

    private ClientNamespace(ChildProcess holder) => this.holder = holder;

    /// <summary>For `ip link set ... netns`.</summary>
    public int HolderId => holder.Id;

    /// <summary>Goes before a command that is to run in it.</summary>
    public IReadOnlyList<string> Enter => ["nsenter", $"--net=/proc/{holder.Id}/ns/net", "--"];

    /// <param name="number">From 1 on.</param>
    public static async Task<ClientNamespace> CreateAsync(
        RunDirectory run,
        NodeNamespaces first,
        int number,
        CancellationToken ct
    )
    {
        var name = $"client{number}";
        var ready = run.Combine($"{name}-ready");
        var holder = run.Start(name, ["unshare", "--net", "bash", "-c", FirstProcess, ready]);
        await FileArrival.WaitAsync(ready, holder.WaitForExitAsync(ct));
        holder.ThrowIfExited();
        var client = new ClientNamespace(holder);
        await NodeNetwork.JoinAsync(first, client, number);
        return client;
    }
}
