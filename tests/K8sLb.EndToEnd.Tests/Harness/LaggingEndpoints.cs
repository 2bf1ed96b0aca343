using System.Diagnostics;
using System.Net;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;

namespace K8sLb.EndToEnd.Tests.Harness;

/// <summary>
/// Plays kube-proxy for a client outside: a new connection goes to one of the pods that were ready and not being deleted
/// some time ago. That lag is what makes a pod's end hard.
/// </summary>
internal sealed class LaggingEndpoints
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, IPAddress> ready = new(StringComparer.Ordinal);
    private readonly List<(long At, IPAddress[] Addresses)> history = [(0, [])];
    private readonly TimeSpan lag;
    private readonly IPAddress nowhere;

    public LaggingEndpoints(Informer<V1Pod> pods, TimeSpan lag, IPAddress nowhere)
    {
        (this.lag, this.nowhere) = (lag, nowhere);
        pods.Subscribe(OnChange);
    }

    public int Count => Visible().Length;

    /// <summary>Where there is no endpoint, an address that refuses, as kube-proxy does.</summary>
    public IPEndPoint Pick(int port)
    {
        var addresses = Visible();
        return new IPEndPoint(addresses.Length == 0 ? nowhere : Random.Shared.GetItems(addresses, 1)[0], port);
    }

    private IPAddress[] Visible()
    {
        var until = Stopwatch.GetTimestamp() - (long)(lag.TotalSeconds * Stopwatch.Frequency);
        lock (gate)
        {
            return history.FindLast(view => view.At <= until).Addresses;
        }
    }

    private void OnChange(StoreChange<V1Pod> change)
    {
        lock (gate)
        {
            var pod = change.Latest;
            ready.Remove(pod.Uid());
            if (change.New is not null && IsEndpoint(pod))
            {
                ready[pod.Uid()] = IPAddress.Parse(pod.Status!.PodIP!);
            }
            history.Add((Stopwatch.GetTimestamp(), [.. ready.Values]));
        }
    }

    private static bool IsEndpoint(V1Pod pod) =>
        pod is { Metadata.DeletionTimestamp: null, Status.PodIP: not null }
        && pod.Status.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;
}
