using System.Text.Json;
using K8sLb.Operator.Api;

namespace K8sLb.Operator.Status;

/// <summary>A status and what to compare it by.</summary>
public sealed class StatusText
{
    public StatusText(BackendPoolStatus status)
    {
        Status = status;
        Whole = JsonSerializer.SerializeToUtf8Bytes(status, ApiJson.Default.BackendPoolStatus);
        WithoutNumbers =
            status.Members?.Draining > 0
                ? Whole
                : JsonSerializer.SerializeToUtf8Bytes(
                    status with
                    {
                        Connections = null,
                        Endpoints =
                        [
                            .. (status.Endpoints ?? []).Select(e => e with { Connections = null, InFlight = null }),
                        ],
                    },
                    ApiJson.Default.BackendPoolStatus
                );
    }

    public BackendPoolStatus Status { get; }
    public byte[] Whole { get; }

    /// <summary>Without live numbers, unless a drain makes them worth telling.</summary>
    public byte[] WithoutNumbers { get; }
}
