namespace K8sLb.LocalCluster.Processes;

/// <summary>A folder that another process removes as the last thing it does.</summary>
internal static class FolderRemoval
{
    /// <summary>Ends when the folder is gone, or after the limit.</summary>
    /// <param name="ask">Called once its removal cannot come unseen any more.</param>
    public static async Task WaitAsync(string path, Action ask, TimeSpan limit)
    {
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path));
        var removed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.NotifyFilter = NotifyFilters.DirectoryName;
        watcher.Deleted += (_, _) => removed.TrySetResult();
        watcher.EnableRaisingEvents = true;
        ask();
        await ((Task)removed.Task.WaitAsync(limit)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
