using System.Net;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.LocalCluster.Processes;
using K8sLb.Protocol;

namespace K8sLb.EndToEnd.Tests.Harness;

/// <summary>
/// One pod's life on this machine: its containers are started, probed and reported, and, once the pod is deleted, stopped
/// in the order in which a kubelet stops them. The object goes when the last process has.
/// </summary>
internal sealed class RunningPod
{
    private static readonly TimeSpan ProbePeriod = TimeSpan.FromMilliseconds(250);

    private readonly IKubernetesClient client;
    private readonly V1Pod pod;
    private readonly IPAddress address;
    private readonly Uri control;
    private readonly RunDirectory run;
    private readonly IdentityVolume identity;
    private IReadOnlyList<PodContainer> containers = [];
    private readonly TaskCompletionSource<TimeSpan> deletion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RunningPod(
        IKubernetesClient client,
        V1Pod pod,
        IPAddress address,
        Uri control,
        RunDirectory run,
        IdentityVolume identity
    )
    {
        this.client = client;
        this.pod = pod;
        this.address = address;
        this.control = control;
        this.run = run;
        this.identity = identity;
    }

    public string Name => pod.Name();

    /// <summary>Why a container ended that nobody had told to; null where none has.</summary>
    public string? Mishap { get; private set; }

    /// <summary>The API server wants the pod gone.</summary>
    public void Delete(V1Pod latest) =>
        deletion.TrySetResult(TimeSpan.FromSeconds(latest.Metadata.DeletionGracePeriodSeconds ?? 0));

    /// <summary>Returns when the pod is gone, here and at the API server.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            containers = await StartAsync(ct);
            await ProbeUntilDeletedAsync(ct);
            var grace = await deletion.Task;
            await Task.WhenAll(containers.Select(c => c.StopAsync(grace)));
            var now = new V1DeleteOptions
            {
                GracePeriodSeconds = 0,
                Preconditions = new V1Preconditions { Uid = pod.Uid() },
            };
            await client.DeleteAsync<V1Pod>(pod.Name(), pod.Namespace(), now, ct);
        }
        finally
        {
            await Task.WhenAll(containers.Where(c => !c.HasExited).Select(c => c.KillAsync()));
        }
    }

    private async Task<IReadOnlyList<PodContainer>> StartAsync(CancellationToken ct)
    {
        var names = pod.Spec!.Containers.Select(c => c.Name).ToArray();
        var state = run.Combine($"state-{pod.Name()}");
        Directory.CreateDirectory(state);
        var mounted = run.Combine($"identity-{pod.Name()}");
        if (names.Contains(Programs.Sidecar))
        {
            await identity.MountAsync(pod, mounted, ct);
        }
        var environment = Programs.Environment(pod, address, control, state, mounted);
        return
        [
            .. names.Select(name => new PodContainer(
                name,
                run.Start($"{pod.Name()}-{name}", Programs.OfContainer(name), environment),
                Readiness(name),
                name == Programs.App && names.Contains(Programs.Sidecar)
                    ? At(Programs.AdminPort, DrainCall.PathWith(Programs.DrainSecret))
                    : null
            )),
        ];
    }

    private async Task ProbeUntilDeletedAsync(CancellationToken ct)
    {
        var reported = "";
        using var period = new PeriodicTimer(ProbePeriod);
        while (!deletion.Task.IsCompleted)
        {
            await Task.WhenAll(containers.Select(c => c.ProbeAsync(ct)));
            if (containers.FirstOrDefault(c => c.HasExited) is { } ended && !deletion.Task.IsCompleted)
            {
                Mishap ??= $"{pod.Name()}/{ended.Name} ended by itself:\n{ended.Log}";
            }
            var state = string.Join(',', containers.Select(c => c.Ready));
            if (state != reported)
            {
                await client.PatchStatusAsync<V1Pod>(
                    PodStatus.Running(address, containers),
                    pod.Name(),
                    pod.Namespace(),
                    ct
                );
                reported = state;
            }
            await Task.WhenAny(deletion.Task, period.WaitForNextTickAsync(ct).AsTask());
            ct.ThrowIfCancellationRequested();
        }
    }

    private Uri Readiness(string container) =>
        container == Programs.Sidecar ? At(Programs.AdminPort, "/readyz") : At(Programs.AppPort, "/healthz");

    private Uri At(int port, string path) => new($"http://{address}:{port}{path}");
}
