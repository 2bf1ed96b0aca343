using System.Net;
using K8sLb.LocalCluster.Processes;

namespace K8sLb.EndToEnd.Tests.Harness;

/// <summary>A container of a pod: a process with a readiness probe, and a preStop hook where there is one.</summary>
internal sealed class PodContainer(string name, ChildProcess process, Uri readiness, Uri? preStop)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(1);

    public string Name => name;
    public bool Ready { get; private set; }
    public bool HasExited => process.HasExited;
    public string Log => process.LogTail(20);

    public async Task ProbeAsync(CancellationToken ct) => Ready = await AnswersAsync(readiness, ProbeLimit, ct);

    /// <summary>As a kubelet ends a container: the hook, SIGTERM, and SIGKILL at the end of the grace period.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        using var end = new CancellationTokenSource(grace);
        try
        {
            if (preStop is not null)
            {
                await AnswersAsync(preStop, grace, end.Token);
            }
            await process.TerminateAsync(end.Token);
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            await process.KillAsync(CancellationToken.None);
        }
    }

    public Task KillAsync() => process.KillAsync(CancellationToken.None);

    private static async Task<bool> AnswersAsync(Uri address, TimeSpan within, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(within);
        try
        {
            using var answer = await Http.GetAsync(address, limit.Token);
            return answer.StatusCode is HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException || !ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
