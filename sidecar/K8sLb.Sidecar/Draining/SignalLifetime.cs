using System.Runtime.InteropServices;
using K8sLb.Sidecar.Observability;

namespace K8sLb.Sidecar.Draining;

/// <summary>
/// Owns SIGTERM and SIGINT: the first drains the member and ends the process some time after its release, the second ends it
/// at once. The framework's own lifetime would close the listeners at once, while stale endpoints still send clients here
/// and the application still runs: the kubelet signals an ordinary container while another one's preStop hook runs.
/// </summary>
internal sealed class SignalLifetime(ProcessEnd end, IHostApplicationLifetime application, ILogger<SignalLifetime> log)
    : IHostLifetime,
        IDisposable
{
    private readonly List<PosixSignalRegistration> registrations = [];
    private int signals;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => registrations.ForEach(r => r.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        SidecarLog.SignalReceived(log, context.Signal.ToString());
        if (Interlocked.Increment(ref signals) == 1)
        {
            end.Begin();
        }
        else
        {
            application.StopApplication();
        }
    }
}
