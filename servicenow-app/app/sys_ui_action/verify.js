function onClick(g_form) {
    g_modal.showFrame({
        title: 'imper.ai Verification',
        url: '/x_imper_verify_panel.do?sysparm_table=' + g_form.getTableName() + '&sysparm_sys_id=' + g_form.getUniqueValue(),
        size: 'lg',
        height: '480px',
        closeOnEscape: true
    });
}
